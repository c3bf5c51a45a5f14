"""Acceptance of a running lab by boto3, as any user would call it: one line per check.

    python3 lab_check.py [ENDPOINT]        (or AWS_ENDPOINT_URL)

Needs boto3 alone: 1.34 speaks the query protocol to CloudWatch, the newest CBOR. Alarms are only
watched through an evaluation when the lab's clock runs at 20 x or faster. Exits 1 on a failure.
"""

import sys

import boto3
from alarming import alarms, cloudwatch, evaluation, metrics
from balancing import (
    ARNS,
    REQUESTS,
    elb,
    listener_and_traffic,
    load_balancer_and_groups,
    rules_and_tags,
)
from botocore import UNSIGNED
from checking import ENDPOINT, NAME, check, client, failures, refused, same, wait


def other_services_and_the_wire():
    identity = client("sts").get_caller_identity()
    same("sts get_caller_identity", identity["Account"], "000000000000")
    refused("NoSuchEntity", client("iam").get_role, 404, RoleName="none")
    refused(
        "ResourceNotFoundException",
        client("logs").get_log_events,
        logGroupName="/none",
        logStreamName="none",
    )
    refused(
        "ResourceNotFoundException",
        client("dynamodb").get_item,
        TableName="none",
        Key={"a": {"S": "b"}},
    )
    refused("ResourceNotFoundException", client("lambda").invoke, 404, FunctionName="none")
    refused("ClusterNotFoundException", client("ecs").list_services, cluster="none")
    refused(
        "NotFound",
        client("sns").publish,
        404,
        TopicArn="arn:aws:sns:us-east-1:000000000000:none",
        Message="m",
    )
    for service, call in [
        ("elbv2", "describe_ssl_policies"),
        ("cloudwatch", "list_dashboards"),
        ("ec2", "describe_regions"),
        ("s3", "list_buckets"),
        ("ecs", "list_account_settings"),
        ("lambda", "list_layers"),
    ]:
        refused("NotImplemented", getattr(client(service), call), 501)
    for service, call in [
        ("elbv2", "describe_load_balancers"),
        ("cloudwatch", "describe_alarms"),
        ("ec2", "describe_vpcs"),
    ]:
        real = client(service, key="AKIAIOSFODNN7EXAMPLE")
        refused("UnrecognizedClientException", getattr(real, call), 403)
        unsigned = client(service, signature_version=UNSIGNED)
        refused("MissingAuthenticationToken", getattr(unsigned, call), 403)
    local = client("elbv2", endpoint=ENDPOINT.replace("127.0.0.1", "localhost"))
    same(
        "by the name localhost",
        len(local.describe_load_balancers(Names=[NAME])["LoadBalancers"]),
        1,
    )


def clean_up():
    alarms_left = [NAME + "-errors", NAME + "-ratio"]
    cloudwatch.delete_alarms(AlarmNames=[NAME])
    cloudwatch.delete_alarms(AlarmNames=alarms_left)
    same("alarms gone", cloudwatch.describe_alarms(AlarmNamePrefix=NAME)["MetricAlarms"], [])
    elb.delete_listener(ListenerArn=ARNS["listener"])
    refused("ListenerNotFound", elb.delete_listener, ListenerArn=ARNS["listener"])
    elb.delete_target_group(TargetGroupArn=ARNS["blue"])
    elb.delete_target_group(TargetGroupArn=ARNS["green"])
    refused(
        "TargetGroupNotFound",
        elb.register_targets,
        TargetGroupArn=ARNS["blue"],
        Targets=[{"Id": "127.0.0.1"}],
    )
    elb.delete_load_balancer(LoadBalancerArn=ARNS["balancer"])
    wait("load_balancers_deleted", elb, LoadBalancerArns=[ARNS["balancer"]])
    elb.delete_load_balancer(LoadBalancerArn=ARNS["balancer"])
    check("deleting a load balancer twice is no error", True)


load_balancer_and_groups()
listener_and_traffic()
rules_and_tags()
metrics()
alarms()
evaluation(ARNS["balancer"], REQUESTS)
other_services_and_the_wire()
clean_up()
print(f"boto3 {boto3.__version__}: " + (f"{len(failures)} failed" if failures else "all passed"))
sys.exit(1 if failures else 0)
