"""Acceptance of a lab whose clock is moved by hand: nothing here waits, and nothing is by chance.

    npx backout lab start --manual-clock --images images.json --detach
    python3 clock_check.py [ENDPOINT]        (or AWS_ENDPOINT_URL)

Needs boto3 alone, and two images: one that stays up and one that cannot start, as in
    {"check-idle": {"command": ["sleep", "1000"]}, "check-broken": {"command": ["/none"]}}
Exits 1 on a failure.
"""

import sys

import breaking
import byHand
import identities
import notifying
from checking import finish, section
from labApi import status

if not status()["clock"]["manual"]:
    sys.exit("clock_check.py needs a lab that was started with --manual-clock")
for run in [
    byHand.clock,
    byHand.m_of_n,
    byHand.points,
    byHand.composites,
    byHand.muted,
    byHand.event_of_an_alarm,
    byHand.filtered,
    byHand.schedule,
    breaking.circuit_breaker,
    breaking.retries,
    breaking.clean_up,
    byHand.clean_up,
    notifying.clean_up,
    identities.clean_up,
]:
    section(run)
finish("a clock moved by hand")
