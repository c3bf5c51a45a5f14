"""Failing code on a clock moved by hand: ECS's circuit breaker, Lambda's retries."""

import json

import functions
from byHand import receiver
from checking import NAME, check, same
from identities import topic
from labApi import advance
from running import BREAKER, described, ecs, register, service


def circuit_breaker():
    """A task definition whose tasks cannot start is given up, and the one before it comes back."""
    ecs.create_cluster(clusterName=NAME)
    good = register("check-idle")
    service(
        taskDefinition=good,
        desiredCount=1,
        deploymentConfiguration={"deploymentCircuitBreaker": BREAKER},
    )
    rollout = [None]

    def until_rollout(wanted, minutes):
        for _ in range(minutes * 2):
            advance(30)
            rollout[0] = described()["deployments"][0]
            if rollout[0]["rolloutState"] == wanted:
                return wanted
        return rollout[0]["rolloutState"], rollout[0].get("rolloutStateReason")

    same("the first deployment", until_rollout("COMPLETED", 10), "COMPLETED")
    bad = register("check-broken")
    ecs.update_service(cluster=NAME, service=NAME, taskDefinition=bad)
    for _ in range(240):
        advance(30)
        if described()["deployments"][0]["taskDefinition"] == good:
            break
    found = described()
    same("the breaker goes back", found["deployments"][0]["taskDefinition"], good)
    failed = [one for one in found["deployments"] if one["taskDefinition"] == bad]
    check(
        "the other deployment has failed",
        all(one["rolloutState"] == "FAILED" and one["failedTasks"] >= 3 for one in failed),
        failed,
    )
    said = " ".join(one["message"] for one in found["events"])
    check("its events say so", "circuit breaker" in said or "rolling back" in said, said)
    same("and is stable again", until_rollout("COMPLETED", 10), "COMPLETED")


def retries():
    functions.create()
    functions.functions.put_function_event_invoke_config(
        FunctionName=NAME,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": topic()}},
    )
    functions.functions.invoke(FunctionName=NAME, InvocationType="Event", Payload=b'{"fail": true}')
    advance(59)
    same("no record before the retry", receiver.got(0), [])
    advance(2)
    records = [json.loads(one["Message"]) for one in receiver.got(1)]
    same(
        "after one retry a minute later",
        [
            (one["requestContext"]["condition"], one["requestContext"]["approximateInvokeCount"])
            for one in records
        ],
        [("RetriesExhausted", 2)],
    )
    same("with the event", [one["requestPayload"] for one in records], [{"fail": True}])


def clean_up():
    ecs.delete_service(cluster=NAME, service=NAME, force=True)
    advance(120)
    ecs.delete_cluster(cluster=NAME)
    functions.clean_up()
