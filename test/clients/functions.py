"""Lambda: a function, its permissions, how it is invoked asynchronously."""

import io
import json
import zipfile

from checking import NAME, client, refused, same, wait
from identities import role_for, topic

functions = client("lambda")
ROLE_ACTIONS = ("sns:Publish", "logs:*")
# Fails when it is told to.
CODE = """export const handler = async (event) => {
  if (event.fail) throw new Error("as told");
  return { got: event };
};
"""


def zipped(code=CODE):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("index.mjs", code)
    return archive.getvalue()


def create(name=NAME, **more):
    return functions.create_function(
        **{
            "FunctionName": name,
            "Runtime": "nodejs24.x",
            "Handler": "index.handler",
            "Role": role_for("lambda.amazonaws.com", *ROLE_ACTIONS),
            "Code": {"ZipFile": zipped()},
            **more,
        }
    )


def a_function():
    made = create(Timeout=5, Environment={"Variables": {"STAGE": "check"}})
    wait("function_active_v2", functions, FunctionName=NAME)
    read = functions.get_function_configuration(FunctionName=NAME)
    same(
        "a function read back",
        [
            read["FunctionArn"],
            read["Timeout"],
            read["MemorySize"],
            read["Environment"]["Variables"],
        ],
        [made["FunctionArn"], 5, 128, {"STAGE": "check"}],
    )
    functions.update_function_configuration(FunctionName=NAME, Timeout=7)
    wait("function_updated_v2", functions, FunctionName=NAME)
    same("its new timeout", functions.get_function_configuration(FunctionName=NAME)["Timeout"], 7)
    functions.put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=0)
    found = functions.get_function_concurrency(FunctionName=NAME)
    same("reserved concurrency 0", found.get("ReservedConcurrentExecutions"), 0)
    functions.delete_function_concurrency(FunctionName=NAME)

    refused("ResourceConflictException", create, 409)
    refused("ResourceNotFoundException", functions.get_function, 404, FunctionName="none")
    refused("ResourceNotFoundException", functions.invoke, 404, FunctionName="none")
    refused("ResourceNotFoundException", functions.delete_function, 404, FunctionName="none")
    missing = role_for("lambda.amazonaws.com", *ROLE_ACTIONS) + "-none"
    refused("InvalidParameterValueException", create, name=NAME + "-x", Role=missing)


def permissions():
    statement = {
        "FunctionName": NAME,
        "StatementId": "alarms",
        "Action": "lambda:InvokeFunction",
        "Principal": "lambda.alarms.cloudwatch.amazonaws.com",
    }
    functions.add_permission(**statement)
    policy = json.loads(functions.get_policy(FunctionName=NAME)["Policy"])
    same(
        "a resource policy",
        [(one["Sid"], one["Principal"]) for one in policy["Statement"]],
        [("alarms", {"Service": statement["Principal"]})],
    )
    refused("ResourceConflictException", functions.add_permission, 409, **statement)
    functions.remove_permission(FunctionName=NAME, StatementId="alarms")
    refused("ResourceNotFoundException", functions.get_policy, 404, FunctionName=NAME)
    refused(
        "ResourceNotFoundException",
        functions.remove_permission,
        404,
        FunctionName=NAME,
        StatementId="alarms",
    )


def event_invoke_config():
    get = functions.get_function_event_invoke_config
    put = functions.put_function_event_invoke_config
    refused("ResourceNotFoundException", get, 404, FunctionName=NAME)
    destinations = {"OnFailure": {"Destination": topic()}}
    put(FunctionName=NAME, MaximumRetryAttempts=1, DestinationConfig=destinations)
    functions.update_function_event_invoke_config(FunctionName=NAME, MaximumEventAgeInSeconds=120)
    read = get(FunctionName=NAME)
    same(
        "an update keeps what it leaves out",
        [read.get("MaximumRetryAttempts"), read.get("MaximumEventAgeInSeconds")],
        [1, 120],
    )
    same("the destination", read["DestinationConfig"]["OnFailure"], destinations["OnFailure"])
    put(FunctionName=NAME, MaximumRetryAttempts=0)
    read = get(FunctionName=NAME)
    same(
        "a put does not",
        [read.get("MaximumRetryAttempts"), read.get("MaximumEventAgeInSeconds")],
        [0, None],
    )
    listed = functions.list_function_event_invoke_configs(FunctionName=NAME)
    same("in the list", len(listed["FunctionEventInvokeConfigs"]), 1)
    functions.delete_function_event_invoke_config(FunctionName=NAME)
    refused("ResourceNotFoundException", get, 404, FunctionName=NAME)
    refused("ResourceNotFoundException", put, 404, FunctionName="none", MaximumRetryAttempts=1)


def invocations():
    """Needs an endpoint that runs functions."""
    answer = functions.invoke(FunctionName=NAME, Payload=b'{"a": 1}')
    same("invoke", json.load(answer["Payload"]), {"got": {"a": 1}})
    answer = functions.invoke(FunctionName=NAME, Payload=b'{"fail": true}')
    same("an error of the function", answer.get("FunctionError"), "Unhandled")
    same("its message", json.load(answer["Payload"])["errorMessage"], "as told")
    answer = functions.invoke(FunctionName=NAME, InvocationType="Event", Payload=b"{}")
    same("an event is only taken", answer["StatusCode"], 202)
    answer = functions.invoke(FunctionName=NAME, InvocationType="DryRun")
    same("a dry run", answer["StatusCode"], 204)
    refused(
        "InvalidRequestContentException", functions.invoke, FunctionName=NAME, Payload=b'{"a": '
    )
    functions.put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=0)
    refused("TooManyRequestsException", functions.invoke, 429, FunctionName=NAME)
    functions.delete_function_concurrency(FunctionName=NAME)


def clean_up():
    functions.delete_function(FunctionName=NAME)
    refused("ResourceNotFoundException", functions.get_function, 404, FunctionName=NAME)
