"""What all checks share: clients of the lab, one line per check, waiting, what the lab tells."""

import datetime
import json
import os
import sys
import time
import urllib.request
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = (sys.argv[1:] or [os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4599")])[0]
failures = []
NAME = "check-" + uuid.uuid4().hex[:6]


def client(service, key="check", endpoint=ENDPOINT, **config):
    # What boto3 itself would refuse has to reach the lab.
    settings = Config(retries={"max_attempts": 0}, parameter_validation=False, **config)
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key="check",
        config=settings,
    )


def check(what, passed, found=""):
    if not passed:
        failures.append(what)
    print(("ok    " if passed else "FAIL  ") + what + ("" if passed else f": {found}"), flush=True)


def same(what, found, expected):
    check(what, found == expected, f"{found!r}, not {expected!r}")


def refused(code, call, status=400, **arguments):
    try:
        call(**arguments)
        found = "no error"
    except ClientError as error:
        metadata = error.response["ResponseMetadata"]
        found = f"{error.response['Error']['Code']} {metadata['HTTPStatusCode']}"
    what = f"{call.__name__} {json.dumps(arguments, default=str)[:70]} -> {code}"
    same(what, found, f"{code} {status}")


def until(read, wanted, seconds=8):
    """Asks until `wanted` likes the answer; the last answer in any case."""
    end = time.monotonic() + seconds
    while not wanted(answer := read()) and time.monotonic() < end:
        time.sleep(0.1)
    return answer


def wait(waiter_name, service, **arguments):
    waiter = service.get_waiter(waiter_name)
    waiter.config.delay, waiter.config.max_attempts = 0.2, 50
    waiter.wait(**arguments)
    check(f"wait {waiter_name}", True)


def status():
    with urllib.request.urlopen(ENDPOINT + "/_lab/status") as answer:
        return json.load(answer)


def nominal_now():
    return datetime.datetime.fromisoformat(status()["clock"]["now"].replace("Z", "+00:00"))
