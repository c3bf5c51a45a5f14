# What all parts of the AWS CLI's checks share; sourced with the endpoint as its argument.
# One line per check; `failures` counts those that failed.
set -u
export AWS_ENDPOINT_URL=$1 AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_PAGER=
export AWS_ACCESS_KEY_ID=check AWS_SECRET_ACCESS_KEY=check AWS_DEFAULT_OUTPUT=text
export AWS_MAX_ATTEMPTS=1
unset AWS_PROFILE AWS_SESSION_TOKEN
name=cli-$$
failures=0
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

aws() {
  command "${BACKOUT_AWS:-aws}" "$@"
}

# same WHAT FOUND EXPECTED
same() {
  if [ "$2" = "$3" ]; then
    echo "ok    $1"
  else
    echo "FAIL  $1: '$2', not '$3'"
    failures=$((failures + 1))
  fi
}

# refused CODE SERVICE OPERATION ...: the CLI fails with AWS's code in parentheses.
refused() {
  local code=$1 said
  shift
  said=$(aws "$@" 2>&1 >/dev/null)
  same "$1 $2 -> $code" "$(sed -n 's/.*(\([A-Za-z]*\)) when.*/\1/p' <<<"$said")" "$code"
}

# lab PATH [JSON]: asks the lab itself, with a POST when there is a body.
lab() {
  curl -s -H 'content-type: application/json' ${2:+-d "$2"} "$AWS_ENDPOINT_URL/_lab/$1"
}

# read_json PYTHON: an expression over `it`, the JSON on stdin.
read_json() {
  python3 -c "import json, sys; it = json.load(sys.stdin); print($1)"
}
