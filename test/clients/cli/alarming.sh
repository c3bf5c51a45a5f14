# Metrics, alarms of every kind, mute rules and dashboards, by the AWS CLI; sourced by awsCli.sh.

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

aws cloudwatch put-composite-alarm --alarm-name $name-most --alarm-rule "AT_LEAST(1, ALARM, ($name))" \
  --actions-suppressor $name-all --actions-suppressor-wait-period 60 \
  --actions-suppressor-extension-period 120
same "a suppressor read back" "$(aws cloudwatch describe-alarms --alarm-names $name-most \
  --alarm-types CompositeAlarm --query \
  'CompositeAlarms[].[StateValue,ActionsSuppressedBy,ActionsSuppressorWaitPeriod]')" $'ALARM\tAlarm\t60'
refused ValidationError cloudwatch put-composite-alarm --alarm-name $name-x \
  --alarm-rule "AT_LEAST(2, ALARM, ($name))"
# A whole day to both sides: a fast clock runs ahead.
same "get-metric-data" "$(aws cloudwatch get-metric-data --query 'MetricDataResults[].Values[]' \
  --start-time "$(date -u -d '1 day ago' +%FT%TZ)" --end-time "$(date -u -d '1 day' +%FT%TZ)" \
  --metric-data-queries '[{"Id": "half", "Expression": "m / 2"}, {"Id": "m", "ReturnData": false,
    "MetricStat": {"Metric": {"Namespace": "Check/'$name'", "MetricName": "errors"},
    "Period": 3600, "Stat": "Sum"}}]')" 3.5
# Without its arguments: an older CLI does not even know the operation.
if aws cloudwatch put-alarm-mute-rule 2>&1 | grep -q 'arguments are required'; then
  aws cloudwatch put-alarm-mute-rule --name $name --mute-targets AlarmNames=$name \
    --rule 'Schedule={Expression=cron(0 3 * * SUN),Duration=PT4H}'
  same "a mute rule read back" "$(aws cloudwatch get-alarm-mute-rule --alarm-mute-rule-name $name \
    --query '[MuteType,Rule.Schedule.Duration]')" $'RECURRING\tPT4H'
  aws cloudwatch delete-alarm-mute-rule --alarm-mute-rule-name $name
  refused ResourceNotFoundException cloudwatch get-alarm-mute-rule --alarm-mute-rule-name $name
else
  echo "skip  mute rules: this CLI does not have them"
fi
board='{"widgets":[{"type":"text","properties":{"markdown":"Rollback"}}]}'
aws cloudwatch put-dashboard --dashboard-name $name --dashboard-body "$board" >/dev/null
same "a dashboard read back" "$(aws cloudwatch get-dashboard --dashboard-name $name \
  --query DashboardBody)" "$board"
refused InvalidParameterInput cloudwatch put-dashboard --dashboard-name $name --dashboard-body '{}'
aws cloudwatch delete-dashboards --dashboard-names $name
aws cloudwatch delete-alarms --alarm-names $name-most
aws cloudwatch delete-alarms --alarm-names $name-all
aws cloudwatch delete-alarms --alarm-names $name
