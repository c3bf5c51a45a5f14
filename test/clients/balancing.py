"""Load balancers, target groups, listeners, rules, tags, and real traffic through them."""

import collections
import http.client
import http.server
import threading
import urllib.parse

from checking import NAME, check, client, refused, same, status, wait

ARN = "arn:aws:elasticloadbalancing:us-east-1:000000000000:"
MISSING_GROUP = ARN + "targetgroup/none/0123456789abcdef"
MISSING_BALANCER = ARN + "loadbalancer/app/none/0123456789abcdef"
MISSING_LISTENER = ARN + "listener/app/none/0123456789abcdef/0123456789abcdef"
REQUESTS = 400
# What was made, for the checks that follow.
ARNS = {}
elb = client("elbv2")


def serve(answer):
    """A target: an HTTP server on a free port that always says `answer`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Buffered: head and body in one packet, or each answer waits for a delayed ACK.
        wbufsize = 4096

        def do_GET(self):
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def listener_url():
    balancers = [one for one in status()["loadBalancers"] if one["name"] == NAME]
    return balancers[0]["listeners"][0]["url"]


def split(requests=REQUESTS, path="/"):
    """Who answered how often, or which status."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(listener_url()).netloc)
    counts = collections.Counter()
    for _ in range(requests):
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read().decode()
        counts[body if response.status == 200 else response.status] += 1
    return dict(counts)


def group_of(name, port):
    created = elb.create_target_group(
        Name=name,
        Protocol="HTTP",
        Port=port,
        VpcId="vpc-1",
        TargetType="ip",
        HealthCheckIntervalSeconds=5,
        HealthCheckTimeoutSeconds=2,
        HealthyThresholdCount=2,
    )
    return created["TargetGroups"][0]["TargetGroupArn"]


def forward(**weights):
    groups = [{"TargetGroupArn": ARNS[name], "Weight": weight} for name, weight in weights.items()]
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]


def load_balancer_and_groups():
    subnets = ["subnet-1", "subnet-2"]
    created = elb.create_load_balancer(
        Name=NAME, Subnets=subnets, Tags=[{"Key": "team", "Value": "shop"}]
    )
    ARNS["balancer"] = created["LoadBalancers"][0]["LoadBalancerArn"]
    wait("load_balancer_available", elb, Names=[NAME])
    refused("DuplicateLoadBalancerName", elb.create_load_balancer, Name=NAME, Subnets=["a", "b"])
    refused("ValidationError", elb.create_load_balancer, Name="under_score", Subnets=subnets)
    refused("ValidationError", elb.create_load_balancer, Name=NAME + "x", Subnets=["subnet-1"])
    refused("LoadBalancerNotFound", elb.describe_load_balancers, Names=["none"])
    refused(
        "LoadBalancerNotFound", elb.describe_load_balancers, LoadBalancerArns=[MISSING_BALANCER]
    )
    refused("ValidationError", elb.describe_load_balancers, LoadBalancerArns=["arn:none"])

    ARNS["blue_port"], ARNS["green_port"] = serve("blue"), serve("green")
    ARNS["blue"] = group_of(NAME + "-blue", ARNS["blue_port"])
    ARNS["green"] = group_of(NAME + "-green", ARNS["green_port"])
    same(
        "the same target group again is no error",
        group_of(NAME + "-blue", ARNS["blue_port"]),
        ARNS["blue"],
    )
    refused(
        "DuplicateTargetGroupName",
        elb.create_target_group,
        Name=NAME + "-blue",
        Protocol="HTTP",
        Port=1,
        VpcId="vpc-1",
        TargetType="ip",
    )
    refused(
        "ValidationError",
        elb.create_target_group,
        Name="x",
        Protocol="HTTP",
        Port=70000,
        VpcId="vpc-1",
    )
    refused(
        "ValidationError", elb.create_target_group, Name="x", Protocol="FOO", Port=80, VpcId="vpc-1"
    )
    refused("TargetGroupNotFound", elb.describe_target_groups, Names=["none"])
    refused("TargetGroupNotFound", elb.describe_target_health, TargetGroupArn=MISSING_GROUP)
    changed = elb.modify_target_group(TargetGroupArn=ARNS["blue"], Matcher={"HttpCode": "200-299"})
    same("modify_target_group", changed["TargetGroups"][0]["Matcher"], {"HttpCode": "200-299"})
    pages = elb.get_paginator("describe_target_groups").paginate(PaginationConfig={"PageSize": 1})
    names = [group["TargetGroupName"] for page in pages for group in page["TargetGroups"]]
    check("pages of one hold both groups", {NAME + "-blue", NAME + "-green"} <= set(names), names)


def listener_and_traffic():
    blue, green = ARNS["blue"], ARNS["green"]
    common = {"LoadBalancerArn": ARNS["balancer"], "Protocol": "HTTP", "Port": 80}
    listener = elb.create_listener(**common, DefaultActions=forward(blue=80, green=20))
    ARNS["listener"] = arn = listener["Listeners"][0]["ListenerArn"]
    refused(
        "DuplicateListener", elb.create_listener, **common, DefaultActions=forward(blue=1, green=0)
    )
    refused(
        "TargetGroupNotFound",
        elb.create_listener,
        **{**common, "Port": 81},
        DefaultActions=[{"Type": "forward", "TargetGroupArn": MISSING_GROUP}],
    )
    refused("LoadBalancerNotFound", elb.describe_listeners, LoadBalancerArn=MISSING_BALANCER)
    refused("ListenerNotFound", elb.describe_listeners, ListenerArns=[MISSING_LISTENER])
    refused("ListenerNotFound", elb.modify_listener, ListenerArn=MISSING_LISTENER, Port=81)
    refused(
        "ValidationError",
        elb.modify_listener,
        ListenerArn=arn,
        DefaultActions=forward(blue=1000, green=0),
    )
    refused("ResourceInUse", elb.delete_target_group, TargetGroupArn=blue)
    same("a load balancer without targets", split(3), {503: 3})

    refused("InvalidTarget", elb.register_targets, TargetGroupArn=blue, Targets=[{"Id": "none"}])
    elb.register_targets(TargetGroupArn=blue, Targets=[{"Id": "127.0.0.1"}])
    green_target = {"Id": "127.0.0.1", "Port": ARNS["green_port"]}
    elb.register_targets(TargetGroupArn=green, Targets=[green_target])
    wait("target_in_service", elb, TargetGroupArn=blue)
    wait("target_in_service", elb, TargetGroupArn=green, Targets=[green_target])

    # Four standard deviations of a binomial: wrong once in 16,000 runs.
    spread = 4 * (REQUESTS * 0.8 * 0.2) ** 0.5
    found = split()
    check("80/20", abs(found.get("blue", 0) - 0.8 * REQUESTS) < spread and len(found) == 2, found)
    for weights, expected in [((1, 0), "blue"), ((0, 1), "green"), ((999, 0), "blue")]:
        elb.modify_listener(
            ListenerArn=arn, DefaultActions=forward(blue=weights[0], green=weights[1])
        )
        same(f"{weights[0]}/{weights[1]} at once", split(100), {expected: 100})
    read = elb.describe_listeners(ListenerArns=[arn])["Listeners"][0]["DefaultActions"]
    tuples = read[0]["ForwardConfig"]["TargetGroups"]
    same("weights read back", [one["Weight"] for one in tuples], [999, 0])

    # Long enough to be seen at 60 x, short enough to wait for.
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "120"}
    elb.modify_target_group_attributes(TargetGroupArn=green, Attributes=[delay])
    elb.deregister_targets(TargetGroupArn=green, Targets=[green_target])
    health = elb.describe_target_health(TargetGroupArn=green)["TargetHealthDescriptions"]
    same(
        "a target taken out drains", [one["TargetHealth"]["State"] for one in health], ["draining"]
    )
    wait("target_deregistered", elb, TargetGroupArn=green, Targets=[green_target])


def rules_and_tags():
    fixed = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    condition = [{"Field": "path-pattern", "Values": ["/gone/*"]}]
    common = {"ListenerArn": ARNS["listener"], "Conditions": condition, "Actions": fixed}
    rule = elb.create_rule(Priority=5, **common)["Rules"][0]["RuleArn"]
    same("a rule answers", split(2, "/gone/a"), {404: 2})
    refused("PriorityInUse", elb.create_rule, Priority=5, **common)
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
