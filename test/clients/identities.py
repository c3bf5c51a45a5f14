"""Roles, a topic and a network that several sections need, each asked for once."""

import functools
import json

from checking import NAME, client

iam = client("iam")
ec2 = client("ec2")
ACCOUNT = client("sts").get_caller_identity()["Account"]


@functools.cache
def role_for(service, *actions):
    """The ARN of a role that `service` may assume, allowed `actions` on everything."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    name = f"{NAME}-{service.split('.')[0]}"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(statement))["Role"]
    if actions:
        allowed = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=policy(allowed))
    return role["Arn"]


@functools.cache
def topic():
    return client("sns").create_topic(Name=NAME)["TopicArn"]


@functools.cache
def network():
    """The default VPC and two of its subnets."""
    default = [{"Name": "is-default", "Values": ["true"]}]
    vpc = ec2.describe_vpcs(Filters=default)["Vpcs"][0]["VpcId"]
    found = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    return vpc, [one["SubnetId"] for one in found][:2]


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def clean_up():
    for role in [one["RoleName"] for one in iam.list_roles()["Roles"]]:
        if role.startswith(NAME):
            for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
                iam.delete_role_policy(RoleName=role, PolicyName=name)
            iam.delete_role(RoleName=role)
