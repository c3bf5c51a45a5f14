"""An HTTP endpoint that subscribes to a topic, confirms, and keeps what it is sent."""

import http.server
import json
import threading

from checking import client, until


class Receiver:
    def __init__(self):
        self.messages = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers["content-length"])
                receiver.take(json.loads(self.rfile.read(length)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}/"

    def take(self, message):
        if message["Type"] == "SubscriptionConfirmation":
            client("sns").confirm_subscription(TopicArn=message["TopicArn"], Token=message["Token"])
        else:
            self.messages.append(message)

    def subscribe(self, topic, **attributes):
        """Returns once the subscription is confirmed."""
        sns = client("sns")
        made = sns.subscribe(
            TopicArn=topic,
            Protocol="http",
            Endpoint=self.url,
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]

        def pending():
            read = sns.get_subscription_attributes(SubscriptionArn=made)["Attributes"]
            return read["PendingConfirmation"]

        return until(pending, lambda answer: answer == "false") == "false"

    def got(self, count):
        """The messages, once there are `count`: their way is short, but not nothing."""
        until(lambda: len(self.messages), lambda found: found >= count)
        taken, self.messages = self.messages, []
        return taken
