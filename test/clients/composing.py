"""Composite alarms with suppressors, mute rules, dashboards."""

import json

from alarming import alarm, cloudwatch, state
from checking import NAME, knows, refused, same

CHILDREN = [NAME + "-child1", NAME + "-child2", NAME + "-child3"]


def put(name, rule, **more):
    cloudwatch.put_composite_alarm(AlarmName=NAME + name, AlarmRule=rule, **more)


def read(name):
    found = cloudwatch.describe_alarms(AlarmNames=[NAME + name], AlarmTypes=["CompositeAlarm"])
    return found["CompositeAlarms"][0]


def set_state(name, value):
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=value, StateReason="by hand")


def rules():
    for child in CHILDREN:
        # Ignoring missing data they stay in the state that they are put into.
        name = child.removeprefix(NAME)
        cloudwatch.put_metric_alarm(**alarm(name, MetricName="none", TreatMissingData="ignore"))
        set_state(child, "OK")
    members = ", ".join(CHILDREN)
    put("-two", f"AT_LEAST(2, ALARM, ({members}))")
    put("-share", f"AT_LEAST(50%, NOT OK, ({members}))")
    put("-nested", f'NOT ALARM({NAME}-two) AND (OK("{CHILDREN[0]}") OR FALSE)')
    same("the rule as it was put", read("-two")["AlarmRule"], f"AT_LEAST(2, ALARM, ({members}))")

    def states():
        return [state(name, "CompositeAlarm") for name in ("-two", "-share", "-nested")]

    same("all children OK", states(), ["OK", "OK", "ALARM"])
    set_state(CHILDREN[0], "ALARM")
    same("one in ALARM", states(), ["OK", "OK", "OK"])
    set_state(CHILDREN[1], "ALARM")
    same("two in ALARM", states(), ["ALARM", "ALARM", "OK"])

    wrong = cloudwatch.put_composite_alarm
    for rule in [
        "",
        "ALARM(",
        "ALARM(none)",
        f"MAYBE({CHILDREN[0]})",
        f"ALARM({CHILDREN[0]}) OR",
        f"AT_LEAST(0, ALARM, ({members}))",
        f"AT_LEAST(4, ALARM, ({members}))",
        f"AT_LEAST(101%, ALARM, ({members}))",
    ]:
        refused("ValidationError", wrong, AlarmName=NAME + "-x", AlarmRule=rule)
    refused("ValidationError", cloudwatch.delete_alarms, AlarmNames=[CHILDREN[0]])


def suppressors():
    rule = f"ALARM({CHILDREN[0]})"
    suppressor = {
        "ActionsSuppressor": NAME + "-two",
        "ActionsSuppressorWaitPeriod": 60,
        "ActionsSuppressorExtensionPeriod": 120,
    }
    put("-quiet", rule, **suppressor)
    found = read("-quiet")
    same(
        "a suppressor read back",
        [found.get(key) for key in suppressor],
        list(suppressor.values()),
    )
    same("suppressed by the alarm", found.get("ActionsSuppressedBy"), "Alarm")
    composite = cloudwatch.put_composite_alarm
    named = {"AlarmName": NAME + "-x", "AlarmRule": rule}
    refused("ValidationError", composite, **named, ActionsSuppressor=NAME + "-two")
    refused("ValidationError", composite, **named, **{**suppressor, "ActionsSuppressor": "none"})
    refused(
        "ValidationError", composite, **named, **{**suppressor, "ActionsSuppressorWaitPeriod": -1}
    )
    put("-quiet", rule)
    same("an update takes it away", read("-quiet").get("ActionsSuppressor"), None)


def mute_rules():
    if not knows(cloudwatch, "put_alarm_mute_rule"):
        return
    mute, get = cloudwatch.put_alarm_mute_rule, cloudwatch.get_alarm_mute_rule
    schedule = {"Expression": "cron(0 3 * * SUN)", "Duration": "PT4H", "Timezone": "Europe/Berlin"}
    targets = {"AlarmNames": [CHILDREN[0]]}
    mute(Name=NAME, Description="nights", Rule={"Schedule": schedule}, MuteTargets=targets)
    found = get(AlarmMuteRuleName=NAME)
    same(
        "a mute rule read back",
        [found["Rule"]["Schedule"], found["MuteTargets"], found["MuteType"]],
        [schedule, targets, "RECURRING"],
    )
    listed = cloudwatch.list_alarm_mute_rules(AlarmName=CHILDREN[0])["AlarmMuteRuleSummaries"]
    same(
        "in the list of its alarm",
        [one["AlarmMuteRuleArn"].split(":")[-1] for one in listed],
        [NAME],
    )
    for wrong in [
        {"Expression": "cron(0 3 * *)"},
        {"Expression": "at(tomorrow)"},
        {"Duration": "4 hours"},
        {"Timezone": "Mars/Olympus"},
    ]:
        refused("ValidationError", mute, Name=NAME + "-x", Rule={"Schedule": {**schedule, **wrong}})
    unknown = {"AlarmNames": ["none"]}
    refused(
        "ValidationError", mute, Name=NAME + "-x", MuteTargets=unknown, Rule={"Schedule": schedule}
    )
    cloudwatch.delete_alarm_mute_rule(AlarmMuteRuleName=NAME)
    refused("ResourceNotFoundException", get, 404, AlarmMuteRuleName=NAME)
    cloudwatch.delete_alarm_mute_rule(AlarmMuteRuleName=NAME)


def dashboards():
    widget = {
        "type": "text",
        "x": 0,
        "y": 0,
        "width": 6,
        "height": 3,
        "properties": {"markdown": "# Rollback"},
    }
    body = json.dumps({"widgets": [widget]})
    name = NAME + "-board"
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body)
    found = cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]
    same("a dashboard read back", json.loads(found), json.loads(body))
    listed = cloudwatch.list_dashboards(DashboardNamePrefix=NAME)["DashboardEntries"]
    same("list_dashboards", [one["DashboardName"] for one in listed], [name])
    put_dashboard = cloudwatch.put_dashboard
    wide = json.dumps({"widgets": [{**widget, "width": 25}]})
    for wrong in ["{", "{}", '{"widgets": [{}]}', wide]:
        refused("InvalidParameterInput", put_dashboard, DashboardName=name, DashboardBody=wrong)
    refused("InvalidParameterInput", put_dashboard, DashboardName="no spaces", DashboardBody=body)
    cloudwatch.delete_dashboards(DashboardNames=[name])
    refused("ResourceNotFound", cloudwatch.get_dashboard, 404, DashboardName=name)


def clean_up():
    for name in ("-quiet", "-nested", "-share", "-two"):
        cloudwatch.delete_alarms(AlarmNames=[NAME + name])
    cloudwatch.delete_alarms(AlarmNames=CHILDREN)
    left = cloudwatch.describe_alarms(AlarmNames=CHILDREN)["MetricAlarms"]
    same("composite alarms and their children gone", left, [])
