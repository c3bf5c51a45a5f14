"""Metrics in and out, alarms of every kind, and what becomes of them by themselves."""

import datetime

from checking import NAME, check, client, nominal_now, refused, same, status, until

NAMESPACE = "Check/" + NAME
cloudwatch = client("cloudwatch")


def metrics():
    put = cloudwatch.put_metric_data
    dimensions = [{"Name": "shop", "Value": "a"}]
    data = [{"MetricName": "sales", "Value": value, "Dimensions": dimensions} for value in (3, 5)]
    put(Namespace=NAMESPACE, MetricData=data)
    put(
        Namespace=NAMESPACE,
        MetricData=[{"MetricName": "visits", "Values": [10, 20], "Counts": [2, 1]}],
    )
    found = (
        cloudwatch.get_paginator("list_metrics").paginate(Namespace=NAMESPACE).build_full_result()
    )
    same("list_metrics", sorted(one["MetricName"] for one in found["Metrics"]), ["sales", "visits"])
    hour = datetime.timedelta(hours=1)
    span = {"StartTime": nominal_now() - hour, "EndTime": nominal_now() + hour}
    one = {"Namespace": NAMESPACE, "MetricName": "sales", "Period": 3600}
    answer = cloudwatch.get_metric_statistics(
        **one, **span, Dimensions=dimensions, Statistics=["Sum", "Average"]
    )
    same("get_metric_statistics", sum(point["Sum"] for point in answer["Datapoints"]), 8)
    stat = {
        "Metric": {"Namespace": NAMESPACE, "MetricName": "visits"},
        "Period": 3600,
        "Stat": "Sum",
    }
    queries = [
        {"Id": "m", "MetricStat": stat, "ReturnData": False},
        {"Id": "e", "Expression": "m / 4"},
    ]
    results = cloudwatch.get_metric_data(MetricDataQueries=queries, **span)["MetricDataResults"]
    same(
        "get_metric_data with an expression",
        [(r["Id"], sum(r["Values"])) for r in results],
        [("e", 10)],
    )

    refused("InvalidParameterValue", put, Namespace="AWS/Check", MetricData=data)
    refused(
        "InvalidParameterValue",
        put,
        Namespace=NAMESPACE,
        MetricData=[{"MetricName": "m", "Value": 1, "Unit": "Foo"}],
    )
    refused(
        "InvalidParameterCombination",
        put,
        Namespace=NAMESPACE,
        MetricData=[{"MetricName": "m", "Value": 1, "Values": [1]}],
    )
    refused("MissingParameter", put, Namespace=NAMESPACE, MetricData=[{"MetricName": "m"}])
    statistics = cloudwatch.get_metric_statistics
    refused("InvalidParameterCombination", statistics, **one, **span)
    refused(
        "InvalidParameterValue", statistics, **{**one, "Period": 61}, **span, Statistics=["Sum"]
    )
    refused(
        "InvalidParameterValue",
        statistics,
        **one,
        StartTime=span["EndTime"],
        EndTime=span["StartTime"],
        Statistics=["Sum"],
    )
    refused(
        "ValidationError",
        cloudwatch.get_metric_data,
        **span,
        MetricDataQueries=[{"Id": "e", "Expression": "1 +"}],
    )
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
    rule = f'ALARM({NAME}-errors) OR ALARM("{NAME}-ratio")'
    cloudwatch.put_composite_alarm(AlarmName=NAME, AlarmRule=rule)
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
    composite = cloudwatch.put_composite_alarm
    refused("ValidationError", composite, AlarmName=NAME + "x", AlarmRule="ALARM(")
    refused("ValidationError", composite, AlarmName=NAME + "x", AlarmRule="ALARM(none)")
    refused("ValidationError", cloudwatch.delete_alarms, AlarmNames=[NAME + "-errors"])
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
        AlarmName=NAME,
        StateValue="FOO",
        StateReason="",
    )
    refused(
        "InvalidFormat",
        cloudwatch.set_alarm_state,
        AlarmName=NAME,
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
    same("the composite alarm follows at once", state("", "CompositeAlarm"), "ALARM")
    history = cloudwatch.describe_alarm_history(
        AlarmName=NAME + "-errors", HistoryItemType="StateUpdate"
    )
    summaries = [item["HistorySummary"] for item in history["AlarmHistoryItems"]]
    check("history", any(text.endswith("to ALARM") for text in summaries), summaries)
    arn = cloudwatch.describe_alarms(AlarmNames=[NAME + "-errors"])["MetricAlarms"][0]["AlarmArn"]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "b"}])
    tags = cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
    same("tags of an alarm", tags, [{"Key": "a", "Value": "b"}])


def evaluation(balancer, sent):
    """What the alarms do, and the metrics of a load balancer that answered `sent` requests."""
    if status()["clock"]["speed"] < 20:
        print("skip  evaluation: start the lab with --speed 20 or more")
        return
    cloudwatch.put_metric_alarm(**alarm("-errors"))
    found = until(lambda: state("-errors"), lambda value: value == "OK")
    same("without errors the alarm goes OK by itself", found, "OK")

    def with_errors():
        data = [{"MetricName": "errors", "Value": 9}, {"MetricName": "requests", "Value": 100}]
        cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data)
        return [state("-errors"), state("-ratio"), state("", "CompositeAlarm")]

    found = until(with_errors, lambda states: states == ["ALARM"] * 3)
    same("errors, their ratio and the composite alarm", found, ["ALARM"] * 3)
    found = until(lambda: state("", "CompositeAlarm"), lambda value: value == "OK")
    same("and OK again when they end", found, "OK")
    dimension = [{"Name": "LoadBalancer", "Value": balancer.split(":loadbalancer/")[1]}]
    day = datetime.timedelta(days=1)

    def requests():
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/ApplicationELB",
            MetricName="RequestCount",
            Dimensions=dimension,
            StartTime=nominal_now() - day,
            EndTime=nominal_now() + day,
            Period=60 * 60,
            Statistics=["Sum"],
        )
        return sum(point["Sum"] for point in points["Datapoints"])

    count = until(requests, lambda total: total >= sent)
    check("the load balancer's RequestCount", count >= sent, count)
