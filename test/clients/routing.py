"""Real traffic through a load balancer: weights, rules, targets that come and go."""

import collections
import http.client
import http.server
import threading
import urllib.parse

from balancing import ARNS, elb, forward
from checking import NAME, check, refused, same, wait
from labApi import status

REQUESTS = 400


def serve(answer):
    """A target: an HTTP server on a free port that always says `answer`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Buffered: head and body in one packet, or each answer waits for a delayed ACK.
        wbufsize = 4096

        def do_GET(self):
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def listener_url():
    balancers = [one for one in status()["loadBalancers"] if one["name"] == NAME]
    return balancers[0]["listeners"][0]["url"]


def split(requests=REQUESTS, path="/"):
    """Who answered how often, or which status."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(listener_url()).netloc)
    counts = collections.Counter()
    for _ in range(requests):
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read().decode()
        counts[body if response.status == 200 else response.status] += 1
    return dict(counts)


def shift(blue, green):
    elb.modify_listener(
        ListenerArn=ARNS["listener"], DefaultActions=forward(blue=blue, green=green)
    )


def targets_and_weights(green_port):
    blue, green = ARNS["blue"], ARNS["green"]
    shift(80, 20)
    same("a load balancer without targets", split(3), {503: 3})
    refused("InvalidTarget", elb.register_targets, TargetGroupArn=blue, Targets=[{"Id": "none"}])
    elb.register_targets(TargetGroupArn=blue, Targets=[{"Id": "127.0.0.1"}])
    green_target = {"Id": "127.0.0.1", "Port": green_port}
    elb.register_targets(TargetGroupArn=green, Targets=[green_target])
    wait("target_in_service", elb, TargetGroupArn=blue)
    wait("target_in_service", elb, TargetGroupArn=green, Targets=[green_target])

    # Four standard deviations of a binomial: wrong once in 16,000 runs.
    spread = 4 * (REQUESTS * 0.8 * 0.2) ** 0.5
    found = split()
    check("80/20", abs(found.get("blue", 0) - 0.8 * REQUESTS) < spread and len(found) == 2, found)
    for weights, expected in [
        ((1, 0), {"blue": 100}),
        ((0, 1), {"green": 100}),
        ((999, 0), {"blue": 100}),
        ((0, 0), {503: 100}),
    ]:
        shift(*weights)
        same(f"{weights[0]}/{weights[1]} at once", split(100), expected)

    elb.deregister_targets(TargetGroupArn=green, Targets=[green_target])
    health = elb.describe_target_health(TargetGroupArn=green)["TargetHealthDescriptions"]
    same(
        "a target taken out drains", [one["TargetHealth"]["State"] for one in health], ["draining"]
    )
    wait("target_deregistered", elb, TargetGroupArn=green, Targets=[green_target])


def a_rule():
    fixed = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    condition = [{"Field": "path-pattern", "Values": ["/gone/*"]}]
    made = elb.create_rule(
        ListenerArn=ARNS["listener"], Priority=5, Conditions=condition, Actions=fixed
    )
    same("a rule answers", split(2, "/gone/a"), {404: 2})
    elb.delete_rule(RuleArn=made["Rules"][0]["RuleArn"])
