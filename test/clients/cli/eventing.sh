# SNS, EventBridge, Scheduler and Lambda's asynchronous invocations, by the AWS CLI; sourced by awsCli.sh.

topic=$(aws sns create-topic --name $name --query TopicArn)
subscription=$(aws sns subscribe --topic-arn "$topic" --protocol email \
  --notification-endpoint a@example.com --return-subscription-arn \
  --attributes '{"FilterPolicy": "{\"stage\":[\"prod\"]}"}' --query SubscriptionArn)
same "a filter policy read back" "$(aws sns get-subscription-attributes \
  --subscription-arn "$subscription" --query Attributes.FilterPolicy)" '{"stage":["prod"]}'
refused InvalidParameter sns set-subscription-attributes --subscription-arn "$subscription" \
  --attribute-name FilterPolicy --attribute-value '{'

pattern='{"source":["aws.cloudwatch"],"detail":{"state":{"value":["ALARM"]}}}'
aws events put-rule --name $name --event-pattern "$pattern" >/dev/null
same "a rule's pattern read back" "$(aws events describe-rule --name $name --query EventPattern)" \
  "$pattern"
refused InvalidEventPatternException events put-rule --name $name-x --event-pattern '{"a": 1}'
same "put-targets" "$(aws events put-targets --rule $name --query FailedEntryCount \
  --targets "Id=a,Arn=$topic,InputPath=\$.detail")" 0
same "list-targets-by-rule" "$(aws events list-targets-by-rule --rule $name \
  --query 'Targets[].InputPath')" '$.detail'
refused ValidationException events delete-rule --name $name
aws events remove-targets --rule $name --ids a >/dev/null
aws events delete-rule --name $name
refused ResourceNotFoundException events describe-rule --name $name

# role_for SERVICE ACTION: sets `role`.
role_for() {
  local trust='{"Statement": [{"Effect": "Allow", "Principal": {"Service": "'$1'.amazonaws.com"},
    "Action": "sts:AssumeRole"}]}'
  role=$(aws iam create-role --role-name "$name-$1" --assume-role-policy-document "$trust" \
    --query Role.Arn)
  aws iam put-role-policy --role-name "$name-$1" --policy-name all --policy-document \
    '{"Statement": [{"Effect": "Allow", "Action": "'"$2"'", "Resource": "*"}]}'
}

role_for scheduler sns:Publish
schedule="--name $name --flexible-time-window Mode=OFF --state DISABLED"
aws scheduler create-schedule $schedule --schedule-expression 'rate(5 minutes)' \
  --target "Arn=$topic,RoleArn=$role,Input=now" >/dev/null
same "a schedule read back" "$(aws scheduler get-schedule --name $name \
  --query '[ScheduleExpression,State]')" $'rate(5 minutes)\tDISABLED'
refused ConflictException scheduler create-schedule $schedule \
  --schedule-expression 'rate(5 minutes)' --target "Arn=$topic,RoleArn=$role,Input=now"
aws scheduler delete-schedule --name $name
refused ResourceNotFoundException scheduler get-schedule --name $name

role_for lambda sns:Publish
echo 'export const handler = async (event) => ({ got: event });' >"$directory/index.mjs"
(cd "$directory" && python3 -m zipfile -c code.zip index.mjs)
aws lambda create-function --function-name $name --runtime nodejs24.x --handler index.handler \
  --role "$role" --zip-file "fileb://$directory/code.zip" >/dev/null
aws lambda wait function-active-v2 --function-name $name
same "wait function-active-v2" $? 0
aws lambda put-function-event-invoke-config --function-name $name --maximum-retry-attempts 1 \
  --destination-config "OnFailure={Destination=$topic}" >/dev/null
same "an event invoke config read back" "$(aws lambda get-function-event-invoke-config \
  --function-name $name --query '[MaximumRetryAttempts,DestinationConfig.OnFailure.Destination]')" \
  $'1\t'"$topic"
aws lambda delete-function-event-invoke-config --function-name $name
refused ResourceNotFoundException lambda get-function-event-invoke-config --function-name $name
echo '{"a":1}' >"$directory/event.json"
aws lambda invoke --function-name $name --payload "fileb://$directory/event.json" \
  "$directory/answer" >/dev/null
same "invoke" "$(cat "$directory/answer")" '{"got":{"a":1}}'
aws lambda delete-function --function-name $name >/dev/null
aws sns delete-topic --topic-arn "$topic"
