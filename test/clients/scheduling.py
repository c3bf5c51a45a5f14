"""EventBridge Scheduler: schedules, their groups, what it refuses."""

from checking import NAME, client, refused, same
from identities import role_for, topic

scheduler = client("scheduler")


def settings(**more):
    target = {
        "Arn": topic(),
        "RoleArn": role_for("scheduler.amazonaws.com", "sns:Publish"),
        "Input": "now",
    }
    return {
        "Name": NAME,
        "ScheduleExpression": "rate(5 minutes)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "State": "DISABLED",
        "Target": target,
        **more,
    }


def without(settings, names):
    return {key: value for key, value in settings.items() if key not in names}


def schedules():
    create, update = scheduler.create_schedule, scheduler.update_schedule
    arn = create(**settings(Description="often"))["ScheduleArn"]
    read = scheduler.get_schedule(Name=NAME)
    same(
        "a schedule read back",
        [read[key] for key in ("Arn", "ScheduleExpression", "State", "GroupName", "Description")],
        [arn, "rate(5 minutes)", "DISABLED", "default", "often"],
    )
    same("its target", read["Target"]["Arn"], topic())
    update(
        **settings(
            ScheduleExpression="cron(0 12 * * ? *)", ScheduleExpressionTimezone="Europe/Berlin"
        )
    )
    read = scheduler.get_schedule(Name=NAME)
    same(
        "update_schedule replaces all of it",
        [read["ScheduleExpression"], read["ScheduleExpressionTimezone"], read.get("Description")],
        ["cron(0 12 * * ? *)", "Europe/Berlin", None],
    )
    listed = scheduler.list_schedules(NamePrefix=NAME)["Schedules"]
    same("list_schedules", [one["Name"] for one in listed], [NAME])

    refused("ConflictException", create, 409, **settings())
    refused("ResourceNotFoundException", update, 404, **settings(Name="none"))
    refused("ResourceNotFoundException", scheduler.get_schedule, 404, Name="none")
    refused("ResourceNotFoundException", scheduler.delete_schedule, 404, Name="none")
    refused("ResourceNotFoundException", create, 404, **settings(GroupName="none"))
    wrongs = [
        {"ScheduleExpression": "rate(1 fortnight)"},
        {"ScheduleExpression": "cron(0 12 * * * *)"},
        {"ScheduleExpressionTimezone": "Mars/Olympus"},
        {"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}},
        {"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1441}},
        {"State": "SLEEPING"},
        {"Name": "no spaces"},
        {"Target": {"Arn": "foo", "RoleArn": "bar"}},
    ]
    for number, wrong in enumerate(wrongs):
        # The name first: lines are cut.
        named = {"Name": f"{NAME}-x{number}", **wrong}
        refused("ValidationException", create, **named, **without(settings(), named))


def groups():
    scheduler.create_schedule_group(Name=NAME)
    refused("ConflictException", scheduler.create_schedule_group, 409, Name=NAME)
    scheduler.create_schedule(**settings(GroupName=NAME))
    listed = scheduler.list_schedules(GroupName=NAME)["Schedules"]
    same("schedules of a group", [one["GroupName"] for one in listed], [NAME])
    same("a group", scheduler.get_schedule_group(Name=NAME)["State"], "ACTIVE")
    scheduler.delete_schedule_group(Name=NAME)
    refused("ResourceNotFoundException", scheduler.get_schedule, 404, Name=NAME, GroupName=NAME)
    refused("ValidationException", scheduler.delete_schedule_group, Name="default")


def clean_up():
    scheduler.delete_schedule(Name=NAME)
    same("schedules gone", scheduler.list_schedules(NamePrefix=NAME)["Schedules"], [])
