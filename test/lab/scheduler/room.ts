/** An EventBridge Scheduler on a clock moved by hand, with services that write down calls. */
import { ManualClock } from "../../../base/clock.ts";
import { Scheduler } from "../../../lab/scheduler/scheduler.ts";
import type { ApiCall } from "../../../lab/scheduler/ports.ts";
import { callerOf, testCore } from "../fixture.ts";

export const START = "2026-03-14T09:26:53Z";
export const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:guard";
export const TOPIC = "arn:aws:sns:us-east-1:000000000000:news";
export const ROLE = "arn:aws:iam::000000000000:role/scheduler";

/** What a schedule needs at least. */
export const BASIC = {
  ScheduleExpression: "rate(5 minutes)",
  FlexibleTimeWindow: { Mode: "OFF" },
  Target: { Arn: FUNCTION, RoleArn: ROLE, Input: '{"a":1}' },
};

export interface Called extends ApiCall {
  readonly roleArn: string;
  readonly at: string;
}

export function schedulerRoom(now = START) {
  const clock = new ManualClock(Date.parse(now));
  const core = testCore(clock);
  const called: Called[] = [];
  /** Thrown by the next calls, one each. */
  const failures: Error[] = [];
  const trusted = new Set([ROLE]);
  const asked: string[] = [];
  const scheduler = new Scheduler(core, {
    trusts: (roleArn, principal, sourceArn) => {
      asked.push(`${principal} for ${sourceArn}`);
      return trusted.has(roleArn);
    },
    callAs: (roleArn, call) => {
      called.push({ ...call, roleArn, at: new Date(clock.now()).toISOString().slice(11, 19) });
      const failure = failures.shift();
      return failure ? Promise.reject(failure) : Promise.resolve();
    },
  });
  const call = callerOf(scheduler);
  const create = (Name: string, more: object = {}): Promise<unknown> =>
    call("CreateSchedule", { Name, ...BASIC, ...more });
  const times = (): string[] => called.map(({ at }) => at);
  const payloads = (): string[] =>
    called.map(({ input }) => Buffer.from(input["Payload"] as Uint8Array).toString());
  const { lines } = core;
  return {
    clock,
    scheduler,
    call,
    create,
    called,
    failures,
    trusted,
    asked,
    times,
    payloads,
    lines,
  };
}
