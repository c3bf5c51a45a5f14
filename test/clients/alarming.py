"""Metric alarms: put, changed, set by hand, refused."""

from checking import NAME, check, client, refused, same
from measuring import NAMESPACE

cloudwatch = client("cloudwatch")


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


def source(key, name):
    """A metric for an alarm's expression."""
    metric = {"Namespace": NAMESPACE, "MetricName": name}
    return {
        "Id": key,
        "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"},
        "ReturnData": False,
    }


def state(name, kind="MetricAlarm"):
    found = cloudwatch.describe_alarms(AlarmNames=[NAME + name], AlarmTypes=[kind])
    return found[kind + "s"][0]["StateValue"]


def alarms():
    put = cloudwatch.put_metric_alarm
    # Ignoring missing data it stays in the state that it is put into by hand.
    put(**alarm("-errors", TreatMissingData="ignore"))
    ratio = {"Id": "ratio", "Expression": "IF(r >= 20, 100 * e / r)", "ReturnData": True}
    put(**alarm("-ratio", Metrics=[ratio, source("e", "errors"), source("r", "requests")]))
    cloudwatch.get_waiter("alarm_exists").wait(AlarmNames=[NAME + "-errors"])
    put(**alarm("-errors", Threshold=6, TreatMissingData="ignore"))
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=NAME, PaginationConfig={"PageSize": 1}
    )
    found = [(one["AlarmName"], one["Threshold"]) for page in pages for one in page["MetricAlarms"]]
    same("alarms, the changed one too", found, [(NAME + "-errors", 6), (NAME + "-ratio", 5)])

    for wrong in [
        {"Period": 7},
        {"EvaluationPeriods": 0},
        {"ComparisonOperator": "Foo"},
        {"Statistic": "Foo"},
        {"Threshold": None},
        {"DatapointsToAlarm": 2},
        {"AlarmActions": ["foo"]},
        {"TreatMissingData": "foo"},
        {"MetricName": None},
        {"Metrics": [source("e", "errors")]},
    ]:
        refused("ValidationError", put, **{**alarm("-wrong", **wrong)})
    refused("ResourceNotFound", cloudwatch.delete_alarms, 404, AlarmNames=["none"])
    refused(
        "ResourceNotFound",
        cloudwatch.set_alarm_state,
        404,
        AlarmName="none",
        StateValue="OK",
        StateReason="",
    )
    refused(
        "ValidationError",
        cloudwatch.set_alarm_state,
        AlarmName=NAME + "-errors",
        StateValue="FOO",
        StateReason="",
    )
    refused(
        "InvalidFormat",
        cloudwatch.set_alarm_state,
        AlarmName=NAME + "-errors",
        StateValue="OK",
        StateReason="",
        StateReasonData="{",
    )
    same(
        "unknown alarms are just not there",
        cloudwatch.describe_alarms(AlarmNames=["none"])["MetricAlarms"],
        [],
    )

    cloudwatch.set_alarm_state(
        AlarmName=NAME + "-errors", StateValue="ALARM", StateReason="by hand"
    )
    same("set by hand", state("-errors"), "ALARM")
    arn = cloudwatch.describe_alarms(AlarmNames=[NAME + "-errors"])["MetricAlarms"][0]["AlarmArn"]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "b"}])
    tags = cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
    same("tags of an alarm", tags, [{"Key": "a", "Value": "b"}])


def history():
    history = cloudwatch.describe_alarm_history(
        AlarmName=NAME + "-errors", HistoryItemType="StateUpdate"
    )
    summaries = [item["HistorySummary"] for item in history["AlarmHistoryItems"]]
    check("history", any(text.endswith("to ALARM") for text in summaries), summaries)


def composite_alarm():
    rule = f'ALARM({NAME}-errors) OR ALARM("{NAME}-ratio")'
    cloudwatch.put_composite_alarm(AlarmName=NAME, AlarmRule=rule)
    same("the composite alarm has its child's state", state("", "CompositeAlarm"), "ALARM")
    refused("ValidationError", cloudwatch.delete_alarms, AlarmNames=[NAME + "-errors"])


def clean_up():
    # The composite alarm stands on the others.
    cloudwatch.delete_alarms(AlarmNames=[NAME])
    cloudwatch.delete_alarms(AlarmNames=[NAME + "-errors", NAME + "-ratio"])
    same("alarms gone", cloudwatch.describe_alarms(AlarmNamePrefix=NAME)["MetricAlarms"], [])
