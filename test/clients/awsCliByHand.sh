#!/usr/bin/env bash
# The AWS CLI against a lab whose clock is moved by hand (`backout lab start --manual-clock`): an
# alarm of 2 of 3, minute by minute. Exits 1 on a failure.
#
#     bash awsCliByHand.sh ENDPOINT
. "$(cd "$(dirname "$0")" && pwd)/cli/checking.sh" "$1"

# state: of the one alarm.
state() {
  aws cloudwatch describe-alarms --alarm-names $name --query 'MetricAlarms[].StateValue'
}

seconds=$(lab clock | read_json "60 - float(it['now'][17:23])")
lab clock "{\"advanceSeconds\": $seconds}" >/dev/null
same "at a whole minute" "$(lab clock | read_json "it['now'][17:]")" 00.000Z
metric="--namespace Check/$name --metric-name errors"
aws cloudwatch put-metric-alarm --alarm-name $name $metric --statistic Sum --period 60 \
  --evaluation-periods 3 --datapoints-to-alarm 2 --threshold 5 \
  --comparison-operator GreaterThanThreshold --treat-missing-data missing
same "a new alarm" "$(state)" INSUFFICIENT_DATA
for step in 0:OK 9:OK 9:ALARM 0:ALARM 0:OK; do
  aws cloudwatch put-metric-data $metric --value "${step%:*}"
  lab clock '{"advanceSeconds": 60}' >/dev/null
  same "a minute with $step" "$(state)" "${step#*:}"
done
aws cloudwatch delete-alarms --alarm-names $name
[ $failures = 0 ]
