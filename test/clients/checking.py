"""What all checks share: clients of the endpoint, one line per check, sections, waiting."""

import json
import os
import re
import sys
import time
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

ARGUMENTS = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
ENDPOINT = (ARGUMENTS or [os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4599")])[0]
# Of everything that is made; given, the lines of two runs can be compared.
NAME = os.environ.get("BACKOUT_CHECK_NAME", "check-" + uuid.uuid4().hex[:6])
# What was checked, and what was found instead of what AWS documents: "" when it was that.
results = []


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
    results.append((what, "" if passed else str(found)))
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
    except (BotoCoreError, ResponseParserError) as error:
        found = repr(error)[:80]
    same(f"{call.__name__} {readable(arguments)[:90]} -> {code}", found, f"{code} {status}")


def readable(arguments):
    """Without what differs from run to run: accounts, random ids, times."""
    text = json.dumps(arguments, default=lambda _: "a time")
    text = re.sub(r"arn:aws:([a-z]+):[^\"]*?:(?=[a-z])", r"\1 ", text)
    return re.sub(r"[0-9a-f]{8,}(-[0-9a-f]{4,})*|\b\d{12}\b", "…", text).replace('"', "")


def section(run, *arguments):
    """What ends a section early fails one check more, and the next sections still run."""
    try:
        run(*arguments)
    except Exception as error:
        check(f"{run.__module__}.{run.__name__} to its end", False, f"{error!r}")


def knows(service, operation):
    """Whether this boto3 has the operation: 1.34 lacks what came later."""
    if hasattr(service, operation):
        return True
    print(f"skip  {operation}: boto3 {boto3.__version__} does not have it")
    return False


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


def finish(what):
    """Says how it went, into the file BACKOUT_CHECK_RESULTS too if named, and ends the program."""
    failed = sum(1 for _, found in results if found)
    said = f"{failed} failed" if failed else "all passed"
    print(f"boto3 {boto3.__version__}, {what}: {said}")
    if path := os.environ.get("BACKOUT_CHECK_RESULTS"):
        with open(path, "w") as file:
            json.dump(results, file)
    sys.exit(1 if failed else 0)
