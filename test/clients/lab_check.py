"""Acceptance of a running lab by boto3, as any user would call it: one line per check.

    python3 lab_check.py [ENDPOINT]        (or AWS_ENDPOINT_URL)

Needs boto3 alone: 1.34 speaks the query protocol to CloudWatch, the newest CBOR. Alarms are only
watched through an evaluation when the lab's clock runs at 20 x or faster. Exits 1 on a failure.
"""

import collections
import datetime
import http.client
import http.server
import json
import os
import sys
import threading
import time
import urllib.parse
import urllib.request
import uuid

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = (sys.argv[1:] or [os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4599")])[0]
NAME = "check-" + uuid.uuid4().hex[:6]
NAMESPACE = "Check/" + NAME
ARN = "arn:aws:elasticloadbalancing:us-east-1:000000000000:"
MISSING_GROUP = ARN + "targetgroup/none/0123456789abcdef"
MISSING_BALANCER = ARN + "loadbalancer/app/none/0123456789abcdef"
MISSING_LISTENER = ARN + "listener/app/none/0123456789abcdef/0123456789abcdef"
REQUESTS = 400
failures = 0


def client(service, key="check", endpoint=ENDPOINT, **config):
    # What boto3 itself would refuse has to reach the lab.
    settings = Config(retries={"max_attempts": 0}, parameter_validation=False, **config)
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key="check",
        config=settings,
    )


elb, cloudwatch = client("elbv2"), client("cloudwatch")


def check(what, passed, found=""):
    global failures
    failures += not passed
    print(("ok    " if passed else "FAIL  ") + what + ("" if passed else f": {found}"), flush=True)


def same(what, found, expected):
    check(what, found == expected, f"{found!r}, not {expected!r}")


def refused(code, call, status=400, **arguments):
    try:
        call(**arguments)
        found = "no error"
    except ClientError as error:
        metadata = error.response["ResponseMetadata"]
        found = f"{error.response['Error']['Code']} {metadata['HTTPStatusCode']}"
    what = f"{call.__name__} {json.dumps(arguments, default=str)[:70]} -> {code}"
    same(what, found, f"{code} {status}")


def until(read, wanted, seconds=8):
    """Asks until `wanted` likes the answer; the last answer in any case."""
    end = time.monotonic() + seconds
    while not wanted(answer := read()) and time.monotonic() < end:
        time.sleep(0.1)
    return answer


def wait(waiter_name, service, **arguments):
    waiter = service.get_waiter(waiter_name)
    waiter.config.delay, waiter.config.max_attempts = 0.2, 50
    waiter.wait(**arguments)
    check(f"wait {waiter_name}", True)


def status():
    with urllib.request.urlopen(ENDPOINT + "/_lab/status") as answer:
        return json.load(answer)


def nominal_now():
    return datetime.datetime.fromisoformat(status()["clock"]["now"].replace("Z", "+00:00"))


def listener_url():
    balancers = [one for one in status()["loadBalancers"] if one["name"] == NAME]
    return balancers[0]["listeners"][0]["url"]


def serve(answer):
    """A target: an HTTP server on a free port that always says `answer`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

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


ARNS = {}


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
    refused("LoadBalancerNotFound", elb.describe_load_balancers, LoadBalancerArns=[MISSING_BALANCER])
    refused("ValidationError", elb.describe_load_balancers, LoadBalancerArns=["arn:none"])

    ARNS["blue_port"], ARNS["green_port"] = serve("blue"), serve("green")
    ARNS["blue"] = group_of(NAME + "-blue", ARNS["blue_port"])
    ARNS["green"] = group_of(NAME + "-green", ARNS["green_port"])
    same("the same target group again is no error", group_of(NAME + "-blue", ARNS["blue_port"]), ARNS["blue"])
    refused("DuplicateTargetGroupName", elb.create_target_group, Name=NAME + "-blue", Protocol="HTTP", Port=1, VpcId="vpc-1", TargetType="ip")
    refused("ValidationError", elb.create_target_group, Name="x", Protocol="HTTP", Port=70000, VpcId="vpc-1")
    refused("ValidationError", elb.create_target_group, Name="x", Protocol="FOO", Port=80, VpcId="vpc-1")
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
    refused("DuplicateListener", elb.create_listener, **common, DefaultActions=forward(blue=1, green=0))
    refused("TargetGroupNotFound", elb.create_listener, **{**common, "Port": 81}, DefaultActions=[{"Type": "forward", "TargetGroupArn": MISSING_GROUP}])
    refused("LoadBalancerNotFound", elb.describe_listeners, LoadBalancerArn=MISSING_BALANCER)
    refused("ListenerNotFound", elb.describe_listeners, ListenerArns=[MISSING_LISTENER])
    refused("ListenerNotFound", elb.modify_listener, ListenerArn=MISSING_LISTENER, Port=81)
    refused("ValidationError", elb.modify_listener, ListenerArn=arn, DefaultActions=forward(blue=1000, green=0))
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
        elb.modify_listener(ListenerArn=arn, DefaultActions=forward(blue=weights[0], green=weights[1]))
        same(f"{weights[0]}/{weights[1]} at once", split(100), {expected: 100})
    read = elb.describe_listeners(ListenerArns=[arn])["Listeners"][0]["DefaultActions"]
    tuples = read[0]["ForwardConfig"]["TargetGroups"]
    same("weights read back", [one["Weight"] for one in tuples], [999, 0])

    elb.deregister_targets(TargetGroupArn=green, Targets=[green_target])
    health = elb.describe_target_health(TargetGroupArn=green)["TargetHealthDescriptions"]
    same("a target taken out drains", [one["TargetHealth"]["State"] for one in health], ["draining"])
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


def metrics():
    put = cloudwatch.put_metric_data
    dimensions = [{"Name": "shop", "Value": "a"}]
    data = [{"MetricName": "sales", "Value": value, "Dimensions": dimensions} for value in (3, 5)]
    put(Namespace=NAMESPACE, MetricData=data)
    put(Namespace=NAMESPACE, MetricData=[{"MetricName": "visits", "Values": [10, 20], "Counts": [2, 1]}])
    found = cloudwatch.get_paginator("list_metrics").paginate(Namespace=NAMESPACE).build_full_result()
    same("list_metrics", sorted(one["MetricName"] for one in found["Metrics"]), ["sales", "visits"])
    hour = datetime.timedelta(hours=1)
    span = {"StartTime": nominal_now() - hour, "EndTime": nominal_now() + hour}
    one = {"Namespace": NAMESPACE, "MetricName": "sales", "Period": 3600}
    answer = cloudwatch.get_metric_statistics(**one, **span, Dimensions=dimensions, Statistics=["Sum", "Average"])
    same("get_metric_statistics", sum(point["Sum"] for point in answer["Datapoints"]), 8)
    stat = {"Metric": {"Namespace": NAMESPACE, "MetricName": "visits"}, "Period": 3600, "Stat": "Sum"}
    queries = [{"Id": "m", "MetricStat": stat, "ReturnData": False}, {"Id": "e", "Expression": "m / 4"}]
    results = cloudwatch.get_metric_data(MetricDataQueries=queries, **span)["MetricDataResults"]
    same("get_metric_data with an expression", [(r["Id"], sum(r["Values"])) for r in results], [("e", 10)])

    refused("InvalidParameterValue", put, Namespace="AWS/Check", MetricData=data)
    refused("InvalidParameterValue", put, Namespace=NAMESPACE, MetricData=[{"MetricName": "m", "Value": 1, "Unit": "Foo"}])
    refused("InvalidParameterCombination", put, Namespace=NAMESPACE, MetricData=[{"MetricName": "m", "Value": 1, "Values": [1]}])
    refused("MissingParameter", put, Namespace=NAMESPACE, MetricData=[{"MetricName": "m"}])
    statistics = cloudwatch.get_metric_statistics
    refused("InvalidParameterCombination", statistics, **one, **span)
    refused("InvalidParameterValue", statistics, **{**one, "Period": 61}, **span, Statistics=["Sum"])
    refused("InvalidParameterValue", statistics, **one, StartTime=span["EndTime"], EndTime=span["StartTime"], Statistics=["Sum"])
    refused("ValidationError", cloudwatch.get_metric_data, **span, MetricDataQueries=[{"Id": "e", "Expression": "1 +"}])
    refused("InvalidNextToken", cloudwatch.list_metrics, NextToken="none")


def alarm(name, **more):
    defaults = {
        "AlarmName": NAME + name,
        "EvaluationPeriods": 1,
        "Threshold": 5,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    }
    metric = {"Namespace": NAMESPACE, "MetricName": "errors", "Statistic": "Sum", "Period": 60}
    given = {**defaults, **({} if "Metrics" in more else metric), **more}
    return {key: value for key, value in given.items() if value is not None}


def state(name, kind="MetricAlarm"):
    found = cloudwatch.describe_alarms(AlarmNames=[NAME + name], AlarmTypes=[kind])
    return found[kind + "s"][0]["StateValue"]


def alarms():
    put = cloudwatch.put_metric_alarm
    put(**alarm("-errors"))
    source = lambda key, name: {"Id": key, "ReturnData": False, "MetricStat": {"Metric": {"Namespace": NAMESPACE, "MetricName": name}, "Period": 60, "Stat": "Sum"}}
    ratio = {"Id": "ratio", "Expression": "IF(r >= 20, 100 * e / r)", "ReturnData": True}
    put(**alarm("-ratio", Metrics=[ratio, source("e", "errors"), source("r", "requests")]))
    rule = f'ALARM({NAME}-errors) OR ALARM("{NAME}-ratio")'
    cloudwatch.put_composite_alarm(AlarmName=NAME, AlarmRule=rule)
    cloudwatch.get_waiter("alarm_exists").wait(AlarmNames=[NAME + "-errors"])
    put(**alarm("-errors", Threshold=6))
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=NAME, PaginationConfig={"PageSize": 1})
    found = [(one["AlarmName"], one["Threshold"]) for page in pages for one in page["MetricAlarms"]]
    same("alarms, the changed one too", found, [(NAME + "-errors", 6), (NAME + "-ratio", 5)])

    for wrong in [{"Period": 7}, {"EvaluationPeriods": 0}, {"ComparisonOperator": "Foo"}, {"Statistic": "Foo"}, {"Threshold": None}, {"DatapointsToAlarm": 2}, {"AlarmActions": ["foo"]}, {"TreatMissingData": "foo"}, {"MetricName": None}, {"Metrics": [source("e", "errors")]}]:
        refused("ValidationError", put, **{**alarm("-wrong", **wrong)})
    composite = cloudwatch.put_composite_alarm
    refused("ValidationError", composite, AlarmName=NAME + "x", AlarmRule="ALARM(")
    refused("ValidationError", composite, AlarmName=NAME + "x", AlarmRule="ALARM(none)")
    refused("ValidationError", cloudwatch.delete_alarms, AlarmNames=[NAME + "-errors"])
    refused("ResourceNotFound", cloudwatch.delete_alarms, 404, AlarmNames=["none"])
    refused("ResourceNotFound", cloudwatch.set_alarm_state, 404, AlarmName="none", StateValue="OK", StateReason="")
    refused("ValidationError", cloudwatch.set_alarm_state, AlarmName=NAME, StateValue="FOO", StateReason="")
    refused("InvalidFormat", cloudwatch.set_alarm_state, AlarmName=NAME, StateValue="OK", StateReason="", StateReasonData="{")
    same("unknown alarms are just not there", cloudwatch.describe_alarms(AlarmNames=["none"])["MetricAlarms"], [])

    cloudwatch.set_alarm_state(AlarmName=NAME + "-errors", StateValue="ALARM", StateReason="by hand")
    same("the composite alarm follows at once", state("", "CompositeAlarm"), "ALARM")
    history = cloudwatch.describe_alarm_history(AlarmName=NAME + "-errors", HistoryItemType="StateUpdate")
    summaries = [item["HistorySummary"] for item in history["AlarmHistoryItems"]]
    check("history", any(text.endswith("to ALARM") for text in summaries), summaries)
    arn = cloudwatch.describe_alarms(AlarmNames=[NAME + "-errors"])["MetricAlarms"][0]["AlarmArn"]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "b"}])
    tags = cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
    same("tags of an alarm", tags, [{"Key": "a", "Value": "b"}])


def evaluation():
    if status()["clock"]["speed"] < 20:
        print("skip  evaluation: start the lab with --speed 20 or more")
        return
    until(lambda: state("-errors"), lambda found: found == "OK")
    same("without errors the alarm goes OK by itself", state("-errors"), "OK")

    def with_errors():
        data = [{"MetricName": "errors", "Value": 9}, {"MetricName": "requests", "Value": 100}]
        cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data)
        return [state("-errors"), state("-ratio"), state("", "CompositeAlarm")]

    found = until(with_errors, lambda states: states == ["ALARM"] * 3)
    same("errors, their ratio and the composite alarm", found, ["ALARM"] * 3)
    found = until(lambda: state("", "CompositeAlarm"), lambda value: value == "OK")
    same("and OK again when they end", found, "OK")
    dimension = [{"Name": "LoadBalancer", "Value": ARNS["balancer"].split(":loadbalancer/")[1]}]
    day = datetime.timedelta(days=1)

    def requests():
        points = cloudwatch.get_metric_statistics(Namespace="AWS/ApplicationELB", MetricName="RequestCount", Dimensions=dimension, StartTime=nominal_now() - day, EndTime=nominal_now() + day, Period=60 * 60, Statistics=["Sum"])
        return sum(point["Sum"] for point in points["Datapoints"])

    count = until(requests, lambda total: total >= REQUESTS)
    check("the load balancer's RequestCount", count >= REQUESTS, count)


def other_services_and_the_wire():
    identity = client("sts").get_caller_identity()
    same("sts get_caller_identity", identity["Account"], "000000000000")
    refused("NoSuchEntity", client("iam").get_role, 404, RoleName="none")
    refused("ResourceNotFoundException", client("logs").get_log_events, logGroupName="/none", logStreamName="none")
    refused("ResourceNotFoundException", client("dynamodb").get_item, TableName="none", Key={"a": {"S": "b"}})
    refused("ResourceNotFoundException", client("lambda").invoke, 404, FunctionName="none")
    refused("ClusterNotFoundException", client("ecs").list_services, cluster="none")
    refused("NotFound", client("sns").publish, 404, TopicArn="arn:aws:sns:us-east-1:000000000000:none", Message="m")
    for service, call in [("elbv2", "describe_ssl_policies"), ("cloudwatch", "list_dashboards"), ("ec2", "describe_regions"), ("s3", "list_buckets"), ("ecs", "list_account_settings"), ("lambda", "list_layers")]:
        refused("NotImplemented", getattr(client(service), call), 501)
    for service, call in [("elbv2", "describe_load_balancers"), ("cloudwatch", "describe_alarms"), ("ec2", "describe_vpcs")]:
        real = client(service, key="AKIAIOSFODNN7EXAMPLE")
        refused("UnrecognizedClientException", getattr(real, call), 403)
        unsigned = client(service, signature_version=UNSIGNED)
        refused("MissingAuthenticationToken", getattr(unsigned, call), 403)
    local = client("elbv2", endpoint=ENDPOINT.replace("127.0.0.1", "localhost"))
    same("by the name localhost", len(local.describe_load_balancers(Names=[NAME])["LoadBalancers"]), 1)


def clean_up():
    alarms_left = [NAME + "-errors", NAME + "-ratio"]
    cloudwatch.delete_alarms(AlarmNames=[NAME])
    cloudwatch.delete_alarms(AlarmNames=alarms_left)
    same("alarms gone", cloudwatch.describe_alarms(AlarmNamePrefix=NAME)["MetricAlarms"], [])
    elb.delete_listener(ListenerArn=ARNS["listener"])
    refused("ListenerNotFound", elb.delete_listener, ListenerArn=ARNS["listener"])
    elb.delete_target_group(TargetGroupArn=ARNS["blue"])
    elb.delete_target_group(TargetGroupArn=ARNS["green"])
    refused("TargetGroupNotFound", elb.register_targets, TargetGroupArn=ARNS["blue"], Targets=[{"Id": "127.0.0.1"}])
    elb.delete_load_balancer(LoadBalancerArn=ARNS["balancer"])
    wait("load_balancers_deleted", elb, LoadBalancerArns=[ARNS["balancer"]])
    elb.delete_load_balancer(LoadBalancerArn=ARNS["balancer"])
    check("deleting a load balancer twice is no error", True)


load_balancer_and_groups()
listener_and_traffic()
rules_and_tags()
metrics()
alarms()
evaluation()
other_services_and_the_wire()
clean_up()
print(f"boto3 {boto3.__version__}: " + (f"{failures} failed" if failures else "all passed"))
sys.exit(1 if failures else 0)
