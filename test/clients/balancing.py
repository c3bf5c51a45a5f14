"""Load balancers, target groups, listeners, rules and tags, as far as no traffic is needed."""

from checking import NAME, check, client, refused, same, wait
from identities import ACCOUNT, network

ARN = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:"
MISSING_GROUP = ARN + "targetgroup/none/0123456789abcdef"
MISSING_BALANCER = ARN + "loadbalancer/app/none/0123456789abcdef"
MISSING_LISTENER = ARN + "listener/app/none/0123456789abcdef/0123456789abcdef"
# What was made, for the checks that follow.
ARNS = {}
elb = client("elbv2")


def group_of(name, port, **more):
    settings = {
        "Protocol": "HTTP",
        "VpcId": network()[0],
        "TargetType": "ip",
        "HealthCheckIntervalSeconds": 5,
        "HealthCheckTimeoutSeconds": 2,
        "HealthyThresholdCount": 2,
    }
    created = elb.create_target_group(Name=name, Port=port, **{**settings, **more})
    return created["TargetGroups"][0]["TargetGroupArn"]


def forward(**weights):
    groups = [{"TargetGroupArn": ARNS[name], "Weight": weight} for name, weight in weights.items()]
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]


def load_balancer():
    subnets = network()[1]
    create, describe = elb.create_load_balancer, elb.describe_load_balancers
    made = create(Name=NAME, Subnets=subnets, Tags=[{"Key": "team", "Value": "shop"}])
    ARNS["balancer"] = made["LoadBalancers"][0]["LoadBalancerArn"]
    wait("load_balancer_available", elb, Names=[NAME])
    refused(
        "DuplicateLoadBalancerName", create, Name=NAME, Subnets=subnets[::-1], Scheme="internal"
    )
    refused("ValidationError", create, Name="under_score", Subnets=subnets)
    refused("ValidationError", create, Name=NAME + "x", Subnets=subnets[:1])
    refused("LoadBalancerNotFound", describe, Names=["none"])
    refused("LoadBalancerNotFound", describe, LoadBalancerArns=[MISSING_BALANCER])
    refused("ValidationError", describe, LoadBalancerArns=["arn:none"])
    idle = {"Key": "idle_timeout.timeout_seconds", "Value": "30"}
    elb.modify_load_balancer_attributes(LoadBalancerArn=ARNS["balancer"], Attributes=[idle])
    found = elb.describe_load_balancer_attributes(LoadBalancerArn=ARNS["balancer"])["Attributes"]
    check("attributes of a load balancer", idle in found, found)


def target_groups(blue_port=8001, green_port=8002):
    ARNS["blue"] = group_of(NAME + "-blue", blue_port)
    ARNS["green"] = group_of(NAME + "-green", green_port)
    create, describe = elb.create_target_group, elb.describe_target_groups
    settings = {"Protocol": "HTTP", "Port": 80, "VpcId": network()[0]}
    refused("DuplicateTargetGroupName", create, Name=NAME + "-blue", **{**settings, "Port": 1})
    refused("ValidationError", create, Name=NAME + "-x1", **{**settings, "Port": 70000})
    refused("ValidationError", create, Name=NAME + "-x2", **{**settings, "Protocol": "FOO"})
    refused("ValidationError", create, Name=NAME + "-x3", HealthCheckIntervalSeconds=4, **settings)
    refused("TargetGroupNotFound", describe, Names=["none"])
    refused("TargetGroupNotFound", elb.describe_target_health, TargetGroupArn=MISSING_GROUP)
    changed = elb.modify_target_group(TargetGroupArn=ARNS["blue"], Matcher={"HttpCode": "200-299"})
    same("modify_target_group", changed["TargetGroups"][0]["Matcher"], {"HttpCode": "200-299"})
    pages = elb.get_paginator("describe_target_groups").paginate(PaginationConfig={"PageSize": 1})
    names = [group["TargetGroupName"] for page in pages for group in page["TargetGroups"]]
    check("pages of one hold both groups", {NAME + "-blue", NAME + "-green"} <= set(names), names)
    attributes(ARNS["green"])
    again = group_of(NAME + "-again", 80), group_of(NAME + "-again", 80)
    same("the same target group again is no error", again[0], again[1])
    elb.delete_target_group(TargetGroupArn=again[0])


def attributes(group):
    # Long enough to be seen at 60 x, short enough to wait for.
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "120"}
    modify = elb.modify_target_group_attributes
    modify(TargetGroupArn=group, Attributes=[delay])
    found = elb.describe_target_group_attributes(TargetGroupArn=group)["Attributes"]
    check("attributes of a target group", delay in found, found)
    for wrong in [
        {**delay, "Value": "3601"},
        {**delay, "Value": "soon"},
        {"Key": "no_such.attribute", "Value": "1"},
        {"Key": "slow_start.duration_seconds", "Value": "29"},
    ]:
        refused("ValidationError", modify, TargetGroupArn=group, Attributes=[wrong])


def listener():
    create, modify = elb.create_listener, elb.modify_listener
    settings = {"LoadBalancerArn": ARNS["balancer"], "Protocol": "HTTP", "Port": 80}
    made = create(**settings, DefaultActions=forward(blue=80, green=20))
    ARNS["listener"] = arn = made["Listeners"][0]["ListenerArn"]
    same("weights", weights(), [80, 20])
    modify(ListenerArn=arn, DefaultActions=forward(blue=0, green=999))
    same("weights, modified", weights(), [0, 999])

    actions = {"DefaultActions": forward(blue=1, green=0)}
    refused("DuplicateListener", create, **settings, **actions)
    missing = [{"Type": "forward", "TargetGroupArn": MISSING_GROUP}]
    refused("TargetGroupNotFound", create, **{**settings, "Port": 81}, DefaultActions=missing)
    refused("LoadBalancerNotFound", elb.describe_listeners, LoadBalancerArn=MISSING_BALANCER)
    refused("ListenerNotFound", elb.describe_listeners, ListenerArns=[MISSING_LISTENER])
    refused("ListenerNotFound", modify, ListenerArn=MISSING_LISTENER, Port=81)
    for wrong in [forward(blue=1000, green=0), forward(blue=-1, green=0)]:
        refused("ValidationError", modify, ListenerArn=arn, DefaultActions=wrong)
    refused("ResourceInUse", elb.delete_target_group, TargetGroupArn=ARNS["blue"])


def weights():
    found = elb.describe_listeners(ListenerArns=[ARNS["listener"]])["Listeners"][0]
    tuples = found["DefaultActions"][0]["ForwardConfig"]["TargetGroups"]
    return [one["Weight"] for one in tuples]


def rules_and_tags():
    fixed = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    condition = [{"Field": "path-pattern", "Values": ["/gone/*"]}]
    common = {"ListenerArn": ARNS["listener"], "Conditions": condition, "Actions": fixed}
    rule = elb.create_rule(Priority=5, **common)["Rules"][0]["RuleArn"]
    refused("PriorityInUse", elb.create_rule, Priority=5, **common)
    refused("ValidationError", elb.create_rule, Priority=50_001, **common)
    unknown = [{"Field": "moon-phase", "Values": ["full"]}]
    refused("ValidationError", elb.create_rule, Priority=6, **{**common, "Conditions": unknown})
    elb.set_rule_priorities(RulePriorities=[{"RuleArn": rule, "Priority": 7}])
    rules = elb.describe_rules(ListenerArn=ARNS["listener"])["Rules"]
    same("priorities", [one["Priority"] for one in rules], ["7", "default"])
    refused("OperationNotPermitted", elb.delete_rule, RuleArn=rules[-1]["RuleArn"])
    elb.delete_rule(RuleArn=rule)
    refused("RuleNotFound", elb.delete_rule, RuleArn=rule)

    balancer = ARNS["balancer"]
    elb.add_tags(ResourceArns=[balancer], Tags=[{"Key": "stage", "Value": "test"}])
    elb.remove_tags(ResourceArns=[balancer], TagKeys=["team"])
    tags = elb.describe_tags(ResourceArns=[balancer])["TagDescriptions"][0]["Tags"]
    same("tags", tags, [{"Key": "stage", "Value": "test"}])


def clean_up():
    elb.delete_listener(ListenerArn=ARNS["listener"])
    refused("ListenerNotFound", elb.delete_listener, ListenerArn=ARNS["listener"])
    elb.delete_target_group(TargetGroupArn=ARNS["blue"])
    elb.delete_target_group(TargetGroupArn=ARNS["green"])
    target = [{"Id": "127.0.0.1"}]
    refused(
        "TargetGroupNotFound", elb.register_targets, TargetGroupArn=ARNS["blue"], Targets=target
    )
    elb.delete_load_balancer(LoadBalancerArn=ARNS["balancer"])
    wait("load_balancers_deleted", elb, LoadBalancerArns=[ARNS["balancer"]])
    elb.delete_load_balancer(LoadBalancerArn=ARNS["balancer"])
    check("deleting a load balancer twice is no error", True)
