"""What only an endpoint that really works shows: alarms that change by themselves, real traffic."""

import datetime

from alarming import alarm, cloudwatch, state
from balancing import ARNS
from checking import check, same, until
from labApi import now, status
from measuring import NAMESPACE
from routing import REQUESTS


def evaluation():
    """What the alarms do, and the metrics of the load balancer."""
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
    dimension = [{"Name": "LoadBalancer", "Value": ARNS["balancer"].split(":loadbalancer/")[1]}]
    day = datetime.timedelta(days=1)

    def requests():
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/ApplicationELB",
            MetricName="RequestCount",
            Dimensions=dimension,
            StartTime=now() - day,
            EndTime=now() + day,
            Period=60 * 60,
            Statistics=["Sum"],
        )
        return sum(point["Sum"] for point in points["Datapoints"])

    count = until(requests, lambda total: total >= REQUESTS)
    check("the load balancer's RequestCount", count >= REQUESTS, count)
