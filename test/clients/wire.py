"""Bad requests and faults: AWS's error in the caller's own protocol, and the endpoint lives on."""

import http.client
import json
import urllib.parse

from botocore import UNSIGNED

from checking import ENDPOINT, check, client, refused, same
from labApi import end_faults, fault

SCOPE = "AWS4-HMAC-SHA256 Credential=check/20260101/us-east-1/{}/aws4_request, "
SIGNED = SCOPE + "SignedHeaders=host, Signature=00"
GRANITE = "/service/GraniteServiceVersion20100801/operation/"


def send(service, path="/", body=b"", **headers):
    """A signed-looking POST that no client would send: its status and text."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(ENDPOINT).netloc, timeout=10)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST", path, body, {"authorization": SIGNED.format(service), **names})
    answer = connection.getresponse()
    return answer.status, answer.read().decode(errors="replace")


def answered(what, answer, status, word):
    check(what, answer[0] == status and word in answer[1], answer)


def malformed():
    query = {"content_type": "application/x-www-form-urlencoded"}
    json10 = {"content_type": "application/x-amz-json-1.0"}
    granite = {**json10, "x_amz_target": "GraniteServiceVersion20100801.DescribeAlarms"}
    cbor = {"content_type": "application/cbor", "smithy_protocol": "rpc-v2-cbor"}
    refusal = "SerializationException"
    answered(
        "JSON that breaks off",
        send("monitoring", body=b'{"AlarmNames": [', **granite),
        400,
        refusal,
    )
    answered("JSON that is no object", send("monitoring", body=b"[1]", **granite), 400, refusal)
    wrong = send("monitoring", body=b'{"MaxRecords": "many"}', **granite)
    answered("a word for a number in JSON", wrong, 400, refusal)
    answered(
        "CBOR that breaks off",
        send("monitoring", GRANITE + "DescribeAlarms", b"\xbf\x6a", **cbor),
        400,
        refusal,
    )
    zipped = send("monitoring", body=b"not gzip", content_encoding="gzip", **granite)
    answered("gzip that is none", zipped, 400, refusal)
    version = b"Version=2015-12-01"
    answered(
        "query without an action",
        send("elasticloadbalancing", body=version, **query),
        400,
        "MissingAction",
    )
    number = b"Action=DescribeTargetGroups&PageSize=many&" + version
    answered(
        "a word for a number in query",
        send("elasticloadbalancing", body=number, **query),
        400,
        "MalformedInput",
    )
    host = send(
        "elasticloadbalancing",
        body=b"Action=DescribeLoadBalancers&" + version,
        host="evil.example",
        **query,
    )
    check("a Host that is not loopback", host[0] in (400, 403, 421), host)
    unknown = json.dumps({"AlarmNamePrefix": "none", "Moon": "full"}).encode()
    answered(
        "an unknown parameter is ignored in JSON",
        send("monitoring", body=unknown, **granite),
        200,
        "MetricAlarms",
    )


def credentials_and_names():
    for service, call in [
        ("elbv2", "describe_load_balancers"),
        ("cloudwatch", "describe_alarms"),
        ("ec2", "describe_vpcs"),
    ]:
        real = client(service, key="AKIAIOSFODNN7EXAMPLE")
        refused("UnrecognizedClientException", getattr(real, call), 403)
        unsigned = client(service, signature_version=UNSIGNED)
        refused("MissingAuthenticationToken", getattr(unsigned, call), 403)
    local = client("elbv2", endpoint=ENDPOINT.replace("127.0.0.1", "localhost"))
    check("by the name localhost", local.describe_load_balancers()["ResponseMetadata"])


def unsupported():
    for service, call in [
        ("elbv2", "describe_ssl_policies"),
        ("cloudwatch", "list_metric_streams"),
        ("ec2", "describe_regions"),
        ("sqs", "list_queues"),
        ("ecs", "list_account_settings"),
        ("lambda", "list_layers"),
        ("events", "list_archives"),
    ]:
        refused("NotImplemented", getattr(client(service), call), 501)


def other_services():
    identity = client("sts").get_caller_identity()
    same("sts get_caller_identity", identity["Account"], "000000000000")
    refused("NoSuchEntity", client("iam").get_role, 404, RoleName="none")
    logs, table = client("logs"), client("dynamodb")
    names = {"logGroupName": "/none", "logStreamName": "none"}
    refused("ResourceNotFoundException", logs.get_log_events, **names)
    key = {"a": {"S": "b"}}
    refused("ResourceNotFoundException", table.get_item, TableName="none", Key=key)


def faults():
    for service, boto_name, call, code, status in [
        ("cloudwatch", "cloudwatch", "describe_alarms", "Throttling", 400),
        ("elasticloadbalancing", "elbv2", "describe_load_balancers", "ThrottlingException", 400),
        ("lambda", "lambda", "list_functions", "TooManyRequestsException", 429),
        ("events", "events", "list_rules", "ThrottlingException", 400),
        ("sns", "sns", "list_topics", "Throttling", 400),
        ("ec2", "ec2", "describe_vpcs", "RequestLimitExceeded", 503),
    ]:
        operation = "".join(word.capitalize() for word in call.split("_"))
        fault(kind="throttle", service=service, operation=operation)
        refused(code, getattr(client(boto_name), call), status)
    end_faults()
    fault(kind="internal-error", service="cloudwatch", operation="DescribeAlarms")
    refused("InternalServiceError", client("cloudwatch").describe_alarms, 500)
    end_faults()
    check("and none after they are cleared", client("cloudwatch").describe_alarms())
