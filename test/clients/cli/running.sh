# ECS services, faults of AWS itself and what else there is, by the AWS CLI; sourced by awsCli.sh.

aws ecs create-cluster --cluster-name $name >/dev/null
aws ecs register-task-definition --family $name --network-mode awsvpc --cpu 256 --memory 512 \
  --requires-compatibilities FARGATE --container-definitions '[{"name": "app", "image": "app"}]' \
  >/dev/null
aws ecs create-service --cluster $name --service-name $name --task-definition $name \
  --desired-count 0 --launch-type FARGATE \
  --network-configuration 'awsvpcConfiguration={subnets=[subnet-1]}' \
  --deployment-configuration 'deploymentCircuitBreaker={enable=true,rollback=true}' >/dev/null
breaker='services[0].deploymentConfiguration.deploymentCircuitBreaker.[enable,rollback]'
same "a circuit breaker read back" "$(aws ecs describe-services --cluster $name --services $name \
  --query "$breaker")" $'True\tTrue'
refused ServiceNotFoundException ecs update-service --cluster $name --service none
aws ecs delete-service --cluster $name --service $name >/dev/null
aws ecs delete-cluster --cluster $name >/dev/null
refused ClusterNotFoundException ecs list-services --cluster none

same "sts get-caller-identity" "$(aws sts get-caller-identity --query Account)" 000000000000
refused NotImplemented iam list-users

lab faults '{"kind": "throttle", "service": "cloudwatch", "operation": "ListTagsForResource"}' >/dev/null
nothing="--resource-arn arn:aws:cloudwatch:us-east-1:000000000000:alarm:none"
refused Throttling cloudwatch list-tags-for-resource $nothing
same "a fault is in the lab's status" \
  "$(lab status | read_json "[one['kind'] for one in it['faults']]")" "['throttle']"
curl -s -X DELETE "$AWS_ENDPOINT_URL/_lab/faults" >/dev/null
refused ResourceNotFoundException cloudwatch list-tags-for-resource $nothing
