"""Metrics: data in, statistics and expressions out."""

import datetime

from checking import NAME, client, refused, same
from labApi import now

NAMESPACE = "Check/" + NAME
cloudwatch = client("cloudwatch")
HOUR = datetime.timedelta(hours=1)
SHOP = [{"Name": "shop", "Value": "a"}]


def span():
    return {"StartTime": now() - HOUR, "EndTime": now() + HOUR}


def query(key, name, period=3600, stat="Sum", dimensions=(), **more):
    """One metric for GetMetricData."""
    metric = {"Namespace": NAMESPACE, "MetricName": name, "Dimensions": list(dimensions)}
    return {"Id": key, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}, **more}


def data_in():
    put = cloudwatch.put_metric_data
    # Of one time: on a fast clock an hour may end between two calls.
    sales = {"MetricName": "sales", "Dimensions": SHOP, "Timestamp": now()}
    data = [{**sales, "Value": value} for value in (3, 5)]
    put(Namespace=NAMESPACE, MetricData=data)
    visits = {"MetricName": "visits", "Values": [10, 20], "Counts": [2, 1]}
    put(Namespace=NAMESPACE, MetricData=[{**visits, "Timestamp": sales["Timestamp"]}])
    pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace=NAMESPACE)
    names = sorted(one["MetricName"] for one in pages.build_full_result()["Metrics"])
    same("list_metrics", names, ["sales", "visits"])
    found = cloudwatch.list_metrics(Namespace=NAMESPACE, Dimensions=[{"Name": "shop"}])["Metrics"]
    same("list_metrics by a dimension's name", [one["MetricName"] for one in found], ["sales"])

    refused("InvalidParameterValue", put, Namespace="AWS/Check", MetricData=data)
    for code, wrong in [
        ("InvalidParameterValue", {"Value": 1, "Unit": "Foo"}),
        ("InvalidParameterValue", {"Value": 1, "StorageResolution": 7}),
        ("InvalidParameterCombination", {"Value": 1, "Values": [1]}),
        ("MissingParameter", {}),
    ]:
        refused(code, put, Namespace=NAMESPACE, MetricData=[{"MetricName": "m", **wrong}])
    # Its list of errors has no InvalidNextToken.
    refused("InvalidParameterValue", cloudwatch.list_metrics, NextToken="none")


def statistics_out():
    get = cloudwatch.get_metric_statistics
    one = {"Namespace": NAMESPACE, "MetricName": "sales", "Period": 3600, "Dimensions": SHOP}
    answer = get(**one, **span(), Statistics=["Sum", "Average"])
    same("get_metric_statistics", sum(point["Sum"] for point in answer["Datapoints"]), 8)
    p50 = get(**one, **span(), ExtendedStatistics=["p50"])["Datapoints"]
    names = {name for point in p50 for name in point.get("ExtendedStatistics", {})}
    same("a percentile", names, {"p50"})

    refused("InvalidParameterCombination", get, **one, **span())
    refused("InvalidParameterValue", get, **{**one, "Period": 61}, **span(), Statistics=["Sum"])
    turned = {"StartTime": span()["EndTime"], "EndTime": span()["StartTime"]}
    refused("InvalidParameterValue", get, **one, **turned, Statistics=["Sum"])


def expressions_out():
    get = cloudwatch.get_metric_data
    hidden = {"ReturnData": False}

    def computed(expression, **more):
        queries = [query("m", "visits", **hidden), query("s", "sales", dimensions=SHOP, **hidden)]
        wanted = {"Id": "e", "Expression": expression, **more}
        return get(MetricDataQueries=[*queries, wanted], **span())["MetricDataResults"]

    for expression, expected in [
        ("m / 4", 10),
        ("100 * s / m", 20),
        ("IF(m > s, 1, 0)", 1),
        ("SUM([m, s])", 48),
        ("m >= 40 AND s == 8", 1),
    ]:
        values = [value for one in computed(expression) for value in one["Values"]]
        same(f"get_metric_data: {expression}", values, [expected])
    [result] = computed("m", Label="visitors")
    same("its label and status", [result["Label"], result["StatusCode"]], ["visitors", "Complete"])
    same(
        "two statistics",
        totals(query("a", "visits"), query("b", "visits", stat="SampleCount")),
        [40, 3],
    )

    refused(
        "InvalidNextToken", get, **span(), MetricDataQueries=[query("a", "sales")], NextToken="none"
    )
    for wrong in [
        [{"Id": "e", "Expression": "1 +"}],
        [{"Id": "e", "Expression": "none * 2"}],
        [query("a", "sales"), query("a", "visits")],
        [query("A", "sales")],
        [query("a", "sales", ReturnData=False)],
        [],
    ]:
        refused("ValidationError", get, **span(), MetricDataQueries=wrong)


def totals(*queries):
    results = cloudwatch.get_metric_data(MetricDataQueries=list(queries), **span())
    return [sum(one["Values"]) for one in results["MetricDataResults"]]


def pages():
    """Points a minute apart, well before now; every page holds what it was asked for."""
    start = now().replace(second=0, microsecond=0) - HOUR / 2
    minute = datetime.timedelta(minutes=1)
    times = [start + minute * n for n in range(5)]
    data = [{"MetricName": "steps", "Timestamp": at, "Value": n} for n, at in enumerate(times)]
    cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data)
    asked = {
        "MetricDataQueries": [query("m", "steps", 60)],
        "StartTime": start,
        "EndTime": start + 5 * minute,
    }

    def values(**more):
        pages = cloudwatch.get_paginator("get_metric_data").paginate(**asked, **more)
        return [[v for one in page["MetricDataResults"] for v in one["Values"]] for page in pages]

    same("the newest first", values(), [[4, 3, 2, 1, 0]])
    ascending = {"ScanBy": "TimestampAscending"}
    same("the oldest first", values(**ascending), [[0, 1, 2, 3, 4]])
    same("in pages", values(**ascending, MaxDatapoints=2), [[0, 1], [2, 3], [4]])
    results = cloudwatch.get_metric_data(**asked)["MetricDataResults"]
    same("whole minutes", [at.second for at in results[0]["Timestamps"]], [0] * 5)
