/** An EventBridge on a clock moved by hand, with targets that write down what they get. */
import { ManualClock } from "../../../base/clock.ts";
import { Events } from "../../../lab/events/events.ts";
import type { Delivery, TargetPorts, TargetSource } from "../../../lab/events/ports.ts";
import type { MetricPoint } from "../../../lab/ports.ts";
import { callerOf, testCore } from "../fixture.ts";

export const START = "2026-03-14T09:26:53Z";
export const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:guard";
export const TOPIC = "arn:aws:sns:us-east-1:000000000000:news";

export interface Arrival {
  readonly target: string;
  /** The function's event, or the topic's message. */
  readonly payload: unknown;
  readonly source: TargetSource;
  readonly at: string;
}

export interface EventRoom {
  readonly clock: ManualClock;
  readonly events: Events;
  readonly call: ReturnType<typeof callerOf>;
  readonly arrivals: Arrival[];
  readonly points: MetricPoint[];
  readonly lines: readonly string[];
  /** What targets answer; one that is used up makes room for the next, the last one stays. */
  readonly outcomes: Delivery[];
  /** Puts one event of `detail` and waits until its targets have it. */
  put(detail: object, more?: object): Promise<void>;
}

export function eventRoom(): EventRoom {
  const clock = new ManualClock(Date.parse(START));
  const core = testCore(clock);
  const arrivals: Arrival[] = [];
  const points: MetricPoint[] = [];
  const outcomes: Delivery[] = [{ ok: true }];
  const arrive = (target: string, payload: unknown, source: TargetSource): Promise<Delivery> => {
    arrivals.push({ target, payload, source, at: new Date(clock.now()).toISOString() });
    const [outcome = { ok: true }] = outcomes;
    if (outcomes.length > 1) outcomes.shift();
    return Promise.resolve(outcome);
  };
  const ports: TargetPorts = { invokeFunction: arrive, publish: arrive };
  const events = new Events(core, ports, { publish: (some) => points.push(...some) });
  const call = callerOf(events);
  const put = async (detail: object, more: object = {}): Promise<void> => {
    const entry = { Source: "shop", DetailType: "Order", Detail: JSON.stringify(detail), ...more };
    await call("PutEvents", { Entries: [entry] });
    await events.settled();
  };
  return { clock, events, call, arrivals, points, lines: core.lines, outcomes, put };
}
