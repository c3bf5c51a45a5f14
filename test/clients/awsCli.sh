#!/usr/bin/env bash
# Acceptance of a running lab by the AWS CLI (PyPI's awscli, version 1 or 2), as a user types it.
# One line per check; exits 1 on a failure.
#
#     bash awsCli.sh ENDPOINT
set -u
export AWS_ENDPOINT_URL=$1 AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_PAGER=
export AWS_ACCESS_KEY_ID=check AWS_SECRET_ACCESS_KEY=check AWS_DEFAULT_OUTPUT=text
unset AWS_PROFILE AWS_SESSION_TOKEN
name=cli-$$
failures=0
directory=$(mktemp -d)
servers=()
trap 'kill "${servers[@]}" 2>/dev/null; rm -rf "$directory"' EXIT

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

# serve WORD: a target that answers WORD to everything; sets `port`.
serve() {
  python3 -u - "$1" >"$directory/$1" 2>/dev/null <<'PYTHON' &
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(sys.argv[1].encode())

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1])
server.serve_forever()
PYTHON
  servers+=($!)
  until [ -s "$directory/$1" ]; do sleep 0.1; done
  port=$(cat "$directory/$1")
}

# forward BLUE GREEN: the listener's one action with these weights.
forward() {
  echo "Type=forward,ForwardConfig={TargetGroups=[{TargetGroupArn=$blue,Weight=$1},{TargetGroupArn=$green,Weight=$2}]}"
}

# answers COUNT: how many of COUNT requests to the listener blue answered.
answers() {
  curl -s "$url/?[1-$1]" | grep -o blue | wc -l
}

refused LoadBalancerNotFound elbv2 describe-load-balancers --names none
balancer=$(aws elbv2 create-load-balancer --name $name --subnets subnet-1 subnet-2 \
  --query 'LoadBalancers[0].LoadBalancerArn')
aws elbv2 wait load-balancer-available --names $name
same "wait load-balancer-available" $? 0

serve blue
group="--protocol HTTP --vpc-id vpc-1 --target-type ip --health-check-interval-seconds 5
  --health-check-timeout-seconds 2 --query TargetGroups[0].TargetGroupArn"
blue=$(aws elbv2 create-target-group --name $name-blue --port "$port" $group)
aws elbv2 register-targets --target-group-arn "$blue" --targets Id=127.0.0.1
serve green
green=$(aws elbv2 create-target-group --name $name-green --port 80 $group)
aws elbv2 register-targets --target-group-arn "$green" --targets "Id=127.0.0.1,Port=$port"
refused DuplicateTargetGroupName elbv2 create-target-group --name $name-blue --port 1 $group

listener=$(aws elbv2 create-listener --load-balancer-arn "$balancer" --protocol HTTP --port 80 \
  --default-actions "$(forward 80 20)" --query 'Listeners[0].ListenerArn')
refused ResourceInUse elbv2 delete-target-group --target-group-arn "$blue"
aws elbv2 wait target-in-service --target-group-arn "$green"
same "wait target-in-service" $? 0
url=$(curl -s "$AWS_ENDPOINT_URL/_lab/status" | python3 -c '
import json, sys
for balancer in json.load(sys.stdin)["loadBalancers"]:
    if balancer["name"] == sys.argv[1]:
        print(balancer["listeners"][0]["url"])' $name)
# 240 of 300, four standard deviations to either side.
count=$(answers 300)
same "80/20 ($count of 300)" $((count > 212 && count < 268)) 1
aws elbv2 modify-listener --listener-arn "$listener" --default-actions "$(forward 1 0)" >/dev/null
same "1/0 at once" "$(answers 100)" 100

metric="--namespace Check/$name --metric-name errors"
aws cloudwatch put-metric-data $metric --value 7
same "list-metrics" "$(aws cloudwatch list-metrics --namespace Check/$name \
  --query 'Metrics[].MetricName')" errors
aws cloudwatch put-metric-alarm --alarm-name $name $metric --statistic Sum --period 60 \
  --evaluation-periods 1 --threshold 5 --comparison-operator GreaterThanThreshold \
  --treat-missing-data ignore
refused ValidationError cloudwatch put-metric-alarm --alarm-name $name-x $metric --statistic Sum \
  --period 7 --evaluation-periods 1 --threshold 5 --comparison-operator GreaterThanThreshold
aws cloudwatch put-composite-alarm --alarm-name $name-all --alarm-rule "ALARM($name)"
aws cloudwatch set-alarm-state --alarm-name $name --state-value ALARM --state-reason try
same "the composite alarm follows" "$(aws cloudwatch describe-alarms --alarm-names $name-all \
  --alarm-types CompositeAlarm --query 'CompositeAlarms[].StateValue')" ALARM
refused ResourceNotFound cloudwatch delete-alarms --alarm-names none

same "sts get-caller-identity" "$(aws sts get-caller-identity --query Account)" 000000000000
refused NotImplemented iam list-users

aws cloudwatch delete-alarms --alarm-names $name-all
aws cloudwatch delete-alarms --alarm-names $name
aws elbv2 delete-load-balancer --load-balancer-arn "$balancer"
aws elbv2 delete-target-group --target-group-arn "$blue"
aws elbv2 delete-target-group --target-group-arn "$green"
refused TargetGroupNotFound elbv2 describe-target-health --target-group-arn "$blue"

[ $failures = 0 ]
