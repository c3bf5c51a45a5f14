"""Alarms and schedules on a clock that only these checks move: what happens, and exactly when."""

import json

import composing
import eventing
from alarming import alarm, cloudwatch, state
from checking import NAME, check, knows, refused, same
from identities import policy, role_for, topic
from labApi import advance, ask, now
from measuring import NAMESPACE, query
from notifying import sns
from receiving import Receiver
from scheduling import scheduler, settings

receiver = Receiver()


def put(*values, name="errors"):
    """One value a minute, each followed by the minute's evaluation."""
    for value in values:
        give(**({} if value is None else {name: value}))
        advance(60)


def give(**values):
    data = [{"MetricName": name, "Value": value} for name, value in values.items()]
    if data:
        cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data)


def clock():
    before = now()
    advance(0.25)
    same("a quarter of a second", (now() - before).total_seconds(), 0.25)
    # On, to a whole minute: alarms of a minute are evaluated on those.
    advance(60 - now().second - now().microsecond / 1e6)
    same("at a whole minute", [now().second, now().microsecond], [0, 0])
    for wrong in [{"advanceSeconds": -1}, {"advanceSeconds": "a"}, {}, {"advance": 1}]:
        code, answer = ask("POST", "/_lab/clock", wrong)
        check(f"a move by {wrong}", code == 400 and answer["error"], answer)
    before = now()
    same("time stands still", now(), before)


def m_of_n():
    missing = {"TreatMissingData": "missing"}
    cloudwatch.put_metric_alarm(
        **alarm("-mofn", EvaluationPeriods=3, DatapointsToAlarm=2, **missing)
    )
    states = []
    for value in [0, 0, 0, 9, 0, 9, 0, 0, None, None, None, None, None, None]:
        put(value)
        states.append(state("-mofn")[:2])
    # The state after each minute; missing minutes are filled until no point is in the range of 5.
    expected = "OK OK OK OK OK AL OK OK OK OK OK OK IN IN"
    same("2 of 3, minute by minute", " ".join(states), expected)


def points():
    start = now()
    put(1, 2, 3, name="steps")
    asked = {"StartTime": start, "EndTime": now(), "ScanBy": "TimestampAscending"}
    queries = [
        query("m", "steps", 60, ReturnData=False),
        {"Id": "sum", "Expression": "m + 10"},
        {"Id": "rate", "Expression": "RATE(m) * 60"},
    ]
    found = cloudwatch.get_metric_data(MetricDataQueries=queries, **asked)["MetricDataResults"]
    same(
        "get_metric_data, exactly",
        {one["Id"]: one["Values"] for one in found},
        {"sum": [11, 12, 13], "rate": [1, 1]},
    )


def composites():
    """AT_LEAST over real evaluations, and a suppressor's two periods by the second."""
    arn = topic()
    check("an HTTP endpoint confirms", receiver.subscribe(arn))
    for number in (1, 2, 3):
        cloudwatch.put_metric_alarm(**alarm(f"-c{number}", MetricName=f"e{number}"))
    cloudwatch.put_metric_alarm(**alarm("-deploying", MetricName="deploying"))
    members = ", ".join(f"{NAME}-c{number}" for number in (1, 2, 3))
    composing.put(
        "-all",
        f"AT_LEAST(2, ALARM, ({members}))",
        AlarmActions=[arn],
        ActionsSuppressor=NAME + "-deploying",
        ActionsSuppressorWaitPeriod=30,
        ActionsSuppressorExtensionPeriod=45,
    )
    same("one of three", after(60, e1=9, e2=0), ("OK", None))
    same("two of three wait for the suppressor", after(60, e1=9, e2=9), ("ALARM", "WaitPeriod"))
    same("for 30 s", [after(29), receiver.got(0)], [("ALARM", "WaitPeriod"), []])
    same("then they act", [after(1), states_sent(1)], [("ALARM", None), ["ALARM"]])
    same("OK again", after(30, e1=0, e2=9), ("OK", "WaitPeriod"))
    after(60, deploying=9)
    same("with the suppressor in ALARM", after(60, e1=9, e2=9, deploying=9), ("ALARM", "Alarm"))
    same("which ends", after(60, deploying=0), ("ALARM", "ExtensionPeriod"))
    same("45 s more", [after(44), receiver.got(0)], [("ALARM", "ExtensionPeriod"), []])
    same("and the action is done", [after(1), states_sent(1)], [("ALARM", None), ["ALARM"]])
    after(15)


def after(seconds, **values):
    """The composite alarm's state and what suppresses its actions, that much later."""
    give(**values)
    advance(seconds)
    found = composing.read("-all")
    return found["StateValue"], found.get("ActionsSuppressedBy")


def states_sent(count):
    return [json.loads(one["Message"])["NewStateValue"] for one in receiver.got(count)]


def muted():
    if not knows(cloudwatch, "put_alarm_mute_rule"):
        return
    cloudwatch.put_metric_alarm(**alarm("-muted", MetricName="m", AlarmActions=[topic()]))
    put(0, name="m")
    at = now().strftime("at(%Y-%m-%dT%H:%M)")
    cloudwatch.put_alarm_mute_rule(
        Name=NAME,
        Rule={"Schedule": {"Expression": at, "Duration": "PT5M"}},
        MuteTargets={"AlarmNames": [NAME + "-muted"]},
    )
    found = cloudwatch.get_alarm_mute_rule(AlarmMuteRuleName=NAME)
    same("a mute rule in force", [found["Status"], found["MuteType"]], ["ACTIVE", "ONE_TIME"])
    put(9, name="m")
    same("a muted alarm still changes", state("-muted"), "ALARM")
    same("but tells nobody", receiver.got(0), [])
    put(*[9] * 5, name="m")
    found = cloudwatch.get_alarm_mute_rule(AlarmMuteRuleName=NAME)["Status"]
    same("the rule is over", found, "EXPIRED")
    same("the action that was muted is done then", states_sent(1), ["ALARM"])
    cloudwatch.delete_alarm_mute_rule(AlarmMuteRuleName=NAME)


def event_of_an_alarm():
    """CloudWatch to EventBridge to SNS to an HTTP endpoint, through pattern and transformer."""
    arn = topic()
    allowed = {
        "Sid": "events",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": arn,
    }
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy(allowed))
    eventing.events.put_rule(Name=NAME, EventPattern=eventing.PATTERN)
    transformer = {
        "InputPathsMap": {"name": "$.detail.alarmName", "was": "$.detail.previousState.value"},
        "InputTemplate": '{"alarm": <name>, "was": <was>}',
    }
    target = {"Id": "a", "Arn": arn, "InputTransformer": transformer}
    eventing.events.put_targets(Rule=NAME, Targets=[target])
    cloudwatch.put_metric_alarm(**alarm("-event", MetricName="event"))
    put(0, name="event")
    same("OK is not in the pattern", receiver.got(0), [])
    put(9, name="event")
    got = [json.loads(one["Message"]) for one in receiver.got(1)]
    same("the alarm's event, transformed", got, [{"alarm": NAME + "-event", "was": "OK"}])
    eventing.events.remove_targets(Rule=NAME, Ids=["a"])
    eventing.events.delete_rule(Name=NAME)
    put(0, name="event")


def filtered():
    other = Receiver()
    wanted = {"FilterPolicy": json.dumps({"stage": ["prod", {"prefix": "pre"}]})}
    check("a second endpoint confirms", other.subscribe(topic(), **wanted))
    for stage in ("prod", "test", "preview"):
        attributes = {"stage": {"DataType": "String", "StringValue": stage}}
        sns.publish(TopicArn=topic(), Message=stage, MessageAttributes=attributes)
    same(
        "what the filter lets through",
        sorted(one["Message"] for one in other.got(2)),
        ["preview", "prod"],
    )
    same("and the others get", len(receiver.got(3)), 3)


def schedule():
    role_for("scheduler.amazonaws.com", "sns:Publish")
    at = (now().replace(microsecond=0)).strftime("at(%Y-%m-%dT%H:%M:30)")
    once = {"ScheduleExpression": at, "State": "ENABLED", "ActionAfterCompletion": "DELETE"}
    scheduler.create_schedule(**settings(**once))
    advance(29)
    same("not yet", receiver.got(0), [])
    advance(1)
    same("at its second", [one["Message"] for one in receiver.got(1)], ["now"])
    advance(60)
    refused("ResourceNotFoundException", scheduler.get_schedule, 404, Name=NAME)
    advance(60 - now().second)


def clean_up():
    cloudwatch.delete_alarms(AlarmNames=[NAME + "-all"])
    left = cloudwatch.describe_alarms(AlarmNamePrefix=NAME)["MetricAlarms"]
    cloudwatch.delete_alarms(AlarmNames=[one["AlarmName"] for one in left])
