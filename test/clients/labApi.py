"""What a lab tells and does beside AWS's API: its status, its clock, its faults."""

import datetime
import json
import urllib.error
import urllib.request

from checking import ENDPOINT


def ask(method, path, body=None):
    """Status and JSON of an answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        ENDPOINT + path, data, {"content-type": "application/json"}, method=method
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def status():
    return ask("GET", "/_lab/status")[1]


def advance(seconds):
    code, answer = ask("POST", "/_lab/clock", {"advanceSeconds": seconds})
    if code != 200:
        raise RuntimeError(f"the clock does not move: {answer}")


def fault(**settings):
    code, answer = ask("POST", "/_lab/faults", settings)
    if code != 201:
        raise RuntimeError(f"no such fault: {answer}")
    return answer["fault"]["id"]


def end_faults():
    ask("DELETE", "/_lab/faults")


def now():
    """Nominal; on an endpoint that is no lab the wall's."""
    try:
        return datetime.datetime.fromisoformat(status()["clock"]["now"].replace("Z", "+00:00"))
    except (KeyError, ValueError, urllib.error.URLError):
        return datetime.datetime.now(datetime.timezone.utc)
