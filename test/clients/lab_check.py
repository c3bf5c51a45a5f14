"""Acceptance of a running lab by boto3, as any user would call it: one line per check.

    python3 lab_check.py [--control-plane] [ENDPOINT]        (or AWS_ENDPOINT_URL)

Needs boto3 alone: 1.34 speaks the query protocol to CloudWatch, the newest JSON. With
--control-plane nothing is asked that only a lab has (traffic, evaluation, faults), so that other
implementations of AWS's API can be compared. Alarms are only watched through an evaluation when
the lab's clock runs at 20 x or faster. Exits 1 on a failure.
"""

import sys

import alarming
import balancing
import composing
import eventing
import functions
import identities
import measuring
import notifying
import running
import scheduling
from checking import finish, section

PARTS = [
    identities,
    balancing,
    alarming,
    composing,
    notifying,
    eventing,
    scheduling,
    functions,
    running,
]
CONTROL_PLANE_ONLY = "--control-plane" in sys.argv


def main():
    if CONTROL_PLANE_ONLY:
        section(balancing.load_balancer)
        section(balancing.target_groups)
        section(balancing.listener)
        section(balancing.rules_and_tags)
    else:
        load_balancing_with_traffic()
    for run in [
        measuring.data_in,
        measuring.statistics_out,
        measuring.expressions_out,
        measuring.pages,
        alarming.alarms,
        alarming.history,
        alarming.composite_alarm,
        composing.rules,
        composing.suppressors,
        composing.mute_rules,
        composing.dashboards,
        notifying.topics,
        notifying.subscriptions,
        eventing.rules,
        eventing.targets,
        eventing.patterns_and_events,
        eventing.buses,
        scheduling.schedules,
        scheduling.groups,
        functions.a_function,
        functions.permissions,
        functions.event_invoke_config,
        running.clusters_and_task_definitions,
        running.services,
        running.deployment_configuration,
    ]:
        section(run)
    if not CONTROL_PLANE_ONLY:
        what_only_a_lab_has()
    for part in PARTS[::-1]:
        section(part.clean_up)
    finish("the control plane" if CONTROL_PLANE_ONLY else "a running clock")


def load_balancing_with_traffic():
    import routing

    blue, green = routing.serve("blue"), routing.serve("green")
    section(balancing.load_balancer)
    section(balancing.target_groups, blue, green)
    section(balancing.listener)
    section(routing.targets_and_weights, green)
    section(routing.a_rule)
    section(balancing.rules_and_tags)


def what_only_a_lab_has():
    import evaluating
    import wire

    section(functions.invocations)
    section(evaluating.evaluation)
    section(wire.malformed)
    section(wire.credentials_and_names)
    section(wire.unsupported)
    section(wire.other_services)
    section(wire.faults)


main()
