/** One SNS topic on a clock moved by hand, with recorders for neighbours and an HTTP subscriber. */
import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { onTestFinished } from "vitest";
import type { Cancel } from "../../../base/clock.ts";
import { ManualClock } from "../../../base/clock.ts";
import type { MetricPoint } from "../../../lab/ports.ts";
import { Sns } from "../../../lab/sns/sns.ts";
import { callerOf, START_MS, testCore } from "../fixture.ts";

export const TOPIC = "arn:aws:sns:us-east-1:000000000000:checkout-guard";
export const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:checkout-notify";

interface Invocation {
  readonly arn: string;
  readonly payload: unknown;
  readonly invoker: object;
}

/**
 * Says how many timers were set, so that a test knows when a retry waits for the clock. Those on
 * whole minutes are of the metrics, and do not count.
 */
class CountingClock extends ManualClock {
  scheduled = 0;

  override schedule(nominalMs: number, callback: () => void | Promise<void>): Cancel {
    if (nominalMs % 60_000 !== 0) this.scheduled++;
    return super.schedule(nominalMs, callback);
  }
}

export class SnsFixture {
  readonly clock = new CountingClock(START_MS);
  readonly core = testCore(this.clock);
  readonly invocations: Invocation[] = [];
  readonly points: MetricPoint[] = [];
  /** What functions answer. */
  outcome: { ok: true } | { ok: false; error: string } = { ok: true };
  readonly sns = new Sns(this.core, {
    invokeFunction: (arn, payload, invoker) => {
      this.invocations.push({ arn, payload, invoker });
      return Promise.resolve(this.outcome);
    },
    metrics: { publish: (points) => this.points.push(...points) },
  });
  readonly call = callerOf(this.sns);

  /** Stops when the test has finished. */
  static async start(): Promise<SnsFixture> {
    const fixture = new SnsFixture();
    onTestFinished(() => fixture.sns.stop());
    await fixture.call("CreateTopic", { Name: "checkout-guard", Tags: [{ Key: "a", Value: "1" }] });
    return fixture;
  }

  /** The sum of a metric of the topic, once its minute has been published. */
  async metric(name: string): Promise<number> {
    await this.clock.advance(60_000);
    return this.points
      .filter(({ metricName }) => metricName === name)
      .flatMap(({ values, counts }) => values.map((value, index) => value * (counts[index] ?? 0)))
      .reduce((sum, value) => sum + value, 0);
  }
}

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTP endpoint of a subscriber, which answers 200 unless told otherwise. */
export class Subscriber {
  readonly received: Received[] = [];
  /** Answers to come. */
  statuses: number[] = [];
  endpoint = "";

  static async start(): Promise<Subscriber> {
    const subscriber = new Subscriber();
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on("end", () => {
        subscriber.received.push({ headers: request.headers, body });
        response.writeHead(subscriber.statuses.shift() ?? 200).end();
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    if (typeof address !== "object" || !address) throw new Error("no address");
    subscriber.endpoint = `http://127.0.0.1:${address.port}/hook`;
    return subscriber;
  }

  get count(): number {
    return this.received.length;
  }

  /** The last body, parsed. */
  get message(): Record<string, string> {
    return JSON.parse(this.received.at(-1)?.body ?? "{}");
  }
}
