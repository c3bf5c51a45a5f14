"""EventBridge: buses, rules with patterns and schedules, targets, events."""

import json

from checking import NAME, check, client, refused, same
from identities import ACCOUNT, topic

events = client("events")
PATTERN = json.dumps(
    {
        "source": ["aws.cloudwatch"],
        "detail": {"state": {"value": ["ALARM"]}, "alarmName": [{"prefix": NAME}]},
    }
)


def rules():
    made = events.put_rule(Name=NAME, EventPattern=PATTERN, Description="alarms")
    same("a rule's ARN", made["RuleArn"], f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{NAME}")
    read = events.describe_rule(Name=NAME)
    same(
        "a rule read back",
        [read["State"], json.loads(read["EventPattern"]), read["EventBusName"]],
        ["ENABLED", json.loads(PATTERN), "default"],
    )
    events.disable_rule(Name=NAME)
    same("disable_rule", events.describe_rule(Name=NAME)["State"], "DISABLED")
    events.enable_rule(Name=NAME)
    events.put_rule(Name=NAME + "-cron", ScheduleExpression="cron(0 12 ? * MON-FRI *)")
    listed = events.list_rules(NamePrefix=NAME)["Rules"]
    same("list_rules", sorted(one["Name"] for one in listed), [NAME, NAME + "-cron"])

    put = events.put_rule
    refused("InvalidEventPatternException", put, Name=NAME + "-x", EventPattern="{")
    refused("InvalidEventPatternException", put, Name=NAME + "-x", EventPattern='{"source": "a"}')
    refused(
        "InvalidEventPatternException",
        put,
        Name=NAME + "-x",
        EventPattern='{"source": [{"no": 1}]}',
    )
    for schedule in ["rate(1 minutes)", "rate(2 minute)", "rate(0 minutes)", "cron(0 12 * * * *)"]:
        refused("ValidationException", put, Name=NAME + "-x", ScheduleExpression=schedule)
    refused("ValidationException", put, Name=NAME + "-x")
    refused("ValidationException", put, Name="no spaces", EventPattern=PATTERN)
    refused("ResourceNotFoundException", events.describe_rule, Name="none")
    refused("ResourceNotFoundException", events.disable_rule, Name="none")


def targets():
    arn = topic()
    transformer = {
        "InputPathsMap": {"name": "$.detail.alarmName"},
        "InputTemplate": '{"alarm": <name>}',
    }
    retry = {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 120}
    wanted = [
        {"Id": "a", "Arn": arn, "InputTransformer": transformer},
        {"Id": "b", "Arn": arn, "InputPath": "$.detail", "RetryPolicy": retry},
    ]
    answer = events.put_targets(Rule=NAME, Targets=wanted)
    same("put_targets", answer["FailedEntryCount"], 0)
    found = events.list_targets_by_rule(Rule=NAME)["Targets"]
    same("targets read back", sorted(found, key=lambda one: one["Id"]), wanted)
    names = events.list_rule_names_by_target(TargetArn=arn)["RuleNames"]
    same("list_rule_names_by_target", names, [NAME])

    put = events.put_targets
    refused("ResourceNotFoundException", put, Rule="none", Targets=wanted)
    refused("ValidationException", put, Rule=NAME, Targets=[{"Id": "c", "Arn": "foo"}])
    refused(
        "ValidationException",
        put,
        Rule=NAME,
        Targets=[{"Id": "c", "Arn": arn, "Input": "{}", "InputPath": "$.detail"}],
    )
    refused("ValidationException", put, Rule=NAME, Targets=[{"Id": "c", "Arn": arn, "Input": "{"}])
    refused("ValidationException", events.delete_rule, Name=NAME)
    gone = events.remove_targets(Rule=NAME, Ids=["none"])
    check("removing what is not there", gone["FailedEntryCount"] in (0, 1), gone)


def patterns_and_events():
    event = {
        "id": "1",
        "account": ACCOUNT,
        "source": "aws.cloudwatch",
        "time": "2026-01-01T00:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail-type": "CloudWatch Alarm State Change",
        "detail": {"alarmName": NAME, "state": {"value": "ALARM"}, "latency": 250},
    }

    def matches(**detail):
        answer = events.test_event_pattern(
            EventPattern=json.dumps({"detail": detail}), Event=json.dumps(event)
        )
        return answer.get("Result")

    for what, expected, detail in [
        ("a value", True, {"state": {"value": ["ALARM"]}}),
        ("anything but it", False, {"state": {"value": [{"anything-but": "ALARM"}]}}),
        ("a prefix", True, {"alarmName": [{"prefix": NAME[:5]}]}),
        ("a suffix", False, {"alarmName": [{"suffix": "-none"}]}),
        ("a wildcard", True, {"alarmName": [{"wildcard": NAME[:2] + "*"}]}),
        ("a number", True, {"latency": [{"numeric": [">", 200, "<=", 250]}]}),
        ("what must not exist", False, {"latency": [{"exists": False}]}),
        ("either", True, {"$or": [{"latency": [1]}, {"state": {"value": ["ALARM"]}}]}),
    ]:
        same(f"test_event_pattern: {what}", matches(**detail), expected)
    refused(
        "InvalidEventPatternException",
        events.test_event_pattern,
        EventPattern="{",
        Event=json.dumps(event),
    )

    good = {"Source": "check", "DetailType": "d", "Detail": "{}"}
    answer = events.put_events(Entries=[good, {**good, "Detail": "{"}])
    same(
        "put_events takes the good one",
        [answer["FailedEntryCount"], [one.get("ErrorCode") for one in answer["Entries"]]],
        [1, [None, "MalformedDetail"]],
    )
    answer = events.put_events(Entries=[{**good, "Source": "aws.check"}])
    same(
        "no events in AWS's name",
        answer["Entries"][0].get("ErrorCode"),
        "NotAuthorizedForSourceException",
    )


def buses():
    made = events.create_event_bus(Name=NAME)["EventBusArn"]
    same("a bus's ARN", made, f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/{NAME}")
    refused("ResourceAlreadyExistsException", events.create_event_bus, Name=NAME)
    refused("ResourceNotFoundException", events.describe_event_bus, Name="none")
    refused(
        "ValidationException",
        events.put_rule,
        Name=NAME,
        EventBusName=NAME,
        ScheduleExpression="rate(5 minutes)",
    )
    events.delete_event_bus(Name=NAME)
    refused("ValidationException", events.delete_event_bus, Name="default")


def clean_up():
    events.remove_targets(Rule=NAME, Ids=["a", "b"])
    events.delete_rule(Name=NAME)
    events.delete_rule(Name=NAME + "-cron")
    events.delete_rule(Name=NAME)
    same("rules gone", events.list_rules(NamePrefix=NAME)["Rules"], [])
