#!/usr/bin/env bash
# Acceptance of a running lab by the AWS CLI (PyPI's awscli, version 1 or 2), as a user types it.
# One line per check; exits 1 on a failure. BACKOUT_AWS is the CLI to use, `aws` by default.
#
#     bash awsCli.sh ENDPOINT
here=$(cd "$(dirname "$0")" && pwd)
. "$here/cli/checking.sh" "$1"
# At the same time: every call starts Python anew, and the CLI's waiters ask every 15 s.
parts=()
for part in balancing alarming eventing running; do
  (
    . "$here/cli/$part.sh"
    [ $failures = 0 ]
  ) &
  parts+=($!)
done
for part in "${parts[@]}"; do wait "$part" || failures=$((failures + 1)); done
[ $failures = 0 ]
