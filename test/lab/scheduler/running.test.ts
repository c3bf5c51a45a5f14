/** Schedules by the clock: when their targets are called, with what, and how often. */
import * as fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { lateness } from "../../../lab/scheduler/occurrences.ts";
import { AwsError } from "../../../lab/service.ts";
import { BASIC, FUNCTION, ROLE, schedulerRoom, TOPIC } from "./room.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let room: ReturnType<typeof schedulerRoom>;

beforeEach(() => {
  room = schedulerRoom();
});

describe("a rate", () => {
  test("without a start runs at once, and every period after that", async () => {
    await room.create("drill");
    await room.clock.advance(11 * MINUTE_MS);
    expect(room.times()).toEqual(["09:26:53", "09:31:53", "09:36:53"]);
  });

  test("runs from its start until its end", async () => {
    await room.create("drill", {
      StartDate: new Date("2026-03-14T10:00:00Z"),
      EndDate: new Date("2026-03-14T10:10:00Z"),
    });
    await room.clock.advance(3 * HOUR_MS);
    expect(room.times()).toEqual(["10:00:00", "10:05:00", "10:10:00"]);
  });

  test("that an update leaves as it is keeps its beat; a new one begins at once", async () => {
    await room.create("drill");
    for (const Description of ["new", "newer"]) {
      await room.clock.advance(2.5 * MINUTE_MS);
      await room.call("UpdateSchedule", { Name: "drill", ...BASIC, Description });
    }
    await room.clock.advance(MINUTE_MS);
    expect(room.times()).toEqual(["09:26:53", "09:31:53"]);
    await room.call("UpdateSchedule", {
      Name: "drill",
      ...BASIC,
      ScheduleExpression: "rate(10 minutes)",
    });
    await room.clock.advance(11 * MINUTE_MS);
    expect(room.times().slice(2)).toEqual(["09:32:53", "09:42:53"]);
  });
});

describe("a cron", () => {
  test("runs by the clocks of its zone", async () => {
    const cron = { ScheduleExpression: "cron(30 10 * * ? *)" };
    await room.create("utc", cron);
    await room.create("kolkata", { ...cron, ScheduleExpressionTimezone: "Asia/Kolkata" });
    await room.clock.advance(24 * HOUR_MS);
    expect(room.times()).toEqual(["10:30:00", "05:00:00"]);
  });

  test("waits for its start", async () => {
    await room.create("drill", {
      ScheduleExpression: "cron(0 * * * ? *)",
      StartDate: new Date("2026-03-14T11:00:00Z"),
    });
    await room.clock.advance(3 * HOUR_MS);
    expect(room.times()).toEqual(["11:00:00", "12:00:00"]);
  });
});

describe("a one-time schedule", () => {
  const once = { ScheduleExpression: "at(2026-03-14T10:00:00)" };

  test("runs once, whatever its dates, and stays", async () => {
    await room.create("drill", { ...once, EndDate: new Date("2026-03-14T09:30:00Z") });
    await room.clock.advance(48 * HOUR_MS);
    expect(room.times()).toEqual(["10:00:00"]);
    expect(await room.call("GetSchedule", { Name: "drill" })).toMatchObject({ State: "ENABLED" });
    await room.call("UpdateSchedule", { Name: "drill", ...BASIC, ...once, State: "DISABLED" });
  });

  test("goes when it has run and is to be deleted", async () => {
    await room.create("drill", { ...once, ActionAfterCompletion: "DELETE" });
    await room.clock.advance(10 * MINUTE_MS);
    expect((await room.call("ListSchedules")).Schedules).toHaveLength(1);
    await room.clock.advance(HOUR_MS);
    expect((await room.call("ListSchedules")).Schedules).toHaveLength(0);
  });

  test("goes only when its retries have ended", async () => {
    await room.create("drill", { ...once, ActionAfterCompletion: "DELETE" });
    room.failures.push(new AwsError("TooManyRequestsException", "slow down", 429));
    await room.clock.advance(34 * MINUTE_MS - 53_000 + 500);
    expect((await room.call("ListSchedules")).Schedules).toHaveLength(1);
    await room.clock.advance(MINUTE_MS);
    expect(room.times()).toEqual(["10:00:00", "10:00:01"]);
    expect((await room.call("ListSchedules")).Schedules).toHaveLength(0);
  });
});

test("a recurring schedule is complete after its last time before its end", async () => {
  await room.create("drill", {
    ActionAfterCompletion: "DELETE",
    EndDate: new Date("2026-03-14T09:34:00Z"),
  });
  await room.clock.advance(4 * MINUTE_MS);
  expect((await room.call("ListSchedules")).Schedules).toHaveLength(1);
  await room.clock.advance(HOUR_MS);
  expect(room.times()).toEqual(["09:26:53", "09:31:53"]);
  expect((await room.call("ListSchedules")).Schedules).toHaveLength(0);
});

describe("a flexible window", () => {
  test("moves each time to somewhere in it, the same in each run", async () => {
    const runs = await Promise.all(
      [1, 2].map(async () => {
        const one = schedulerRoom();
        await one.create("drill", {
          ScheduleExpression: "cron(0 * * * ? *)",
          FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 15 },
        });
        await one.clock.advance(24 * HOUR_MS);
        return one.times();
      }),
    );
    const [times = [], again] = runs;
    expect(times).toEqual(again);
    expect(times).toHaveLength(24);
    expect(times.every((time) => Number(time.slice(3, 5)) < 15)).toBe(true);
    expect(new Set(times.map((time) => time.slice(3))).size).toBeGreaterThan(20);
  });

  test("is never left", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.nat(),
        fc.integer({ min: 1, max: 1440 }),
        (arn, dueMs, minutes) => {
          const lateMs = lateness(arn, dueMs, minutes);
          expect(lateMs).toBeGreaterThanOrEqual(0);
          expect(lateMs).toBeLessThan(minutes * MINUTE_MS);
        },
      ),
    );
  });
});

describe("what is called", () => {
  test("a function is invoked asynchronously, as the role", async () => {
    await room.create("drill");
    await room.clock.advance(0);
    expect(room.called).toMatchObject([
      {
        roleArn: ROLE,
        service: "lambda",
        operation: "Invoke",
        input: { FunctionName: FUNCTION, InvocationType: "Event" },
      },
    ]);
    expect(room.payloads()).toEqual(['{"a":1}']);
  });

  test("a topic gets the input as its message", async () => {
    await room.create("drill", { Target: { Arn: TOPIC, RoleArn: ROLE, Input: "plain text" } });
    await room.clock.advance(0);
    expect(room.called).toMatchObject([
      {
        service: "sns",
        operation: "Publish",
        input: { TopicArn: TOPIC, Message: "plain text" },
      },
    ]);
  });

  test("without an input an event tells of the schedule", async () => {
    await room.create("drill", { Target: { Arn: FUNCTION, RoleArn: ROLE } });
    await room.clock.advance(0);
    expect(JSON.parse(room.payloads()[0] ?? "")).toEqual({
      version: "0",
      id: expect.any(String),
      "detail-type": "Scheduled Event",
      source: "aws.scheduler",
      account: "000000000000",
      time: "2026-03-14T09:26:53Z",
      region: "us-east-1",
      resources: ["arn:aws:scheduler:us-east-1:000000000000:schedule/default/drill"],
      detail: "{}",
    });
  });

  test("context attributes in the input are filled in, anew for each attempt", async () => {
    const names = ["schedule-arn", "scheduled-time", "execution-id", "attempt-number"];
    const Input = JSON.stringify(names.map((name) => `<aws.scheduler.${name}>`));
    room.failures.push(new AwsError("ServiceException", "down", 500));
    await room.create("drill", { Target: { Arn: FUNCTION, RoleArn: ROLE, Input } });
    await room.clock.advance(2000);
    const made = room.payloads().map((text) => JSON.parse(text) as string[]);
    expect(made).toEqual(
      ["1", "2"].map((attempt) => [
        "arn:aws:scheduler:us-east-1:000000000000:schedule/default/drill",
        "2026-03-14T09:26:53Z",
        expect.stringMatching(/^[0-9a-f-]{36}$/),
        attempt,
      ]),
    );
  });
});

const target = (RetryPolicy: object): object => ({
  ScheduleExpression: "at(2026-03-14T10:00:00)",
  Target: { ...BASIC.Target, RetryPolicy },
});

const throttled = (): AwsError => new AwsError("TooManyRequestsException", "slow down", 429);

describe("a call that fails", () => {
  test("for throttling is tried again as the retry policy says", async () => {
    await room.create("drill", target({ MaximumRetryAttempts: 3 }));
    room.failures.push(...Array.from({ length: 9 }, throttled));
    await room.clock.advance(24 * HOUR_MS);
    expect(room.times()).toEqual(["10:00:00", "10:00:01", "10:00:03", "10:00:07"]);
    expect(room.lines).toEqual([
      `scheduler: drill did not reach ${FUNCTION}: TooManyRequestsException: slow down`,
    ]);
  });

  test("for want of permission is not", async () => {
    await room.create("drill", target({}));
    room.failures.push(new AwsError("AccessDeniedException", "not authorized", 403));
    await room.clock.advance(24 * HOUR_MS);
    expect(room.times()).toEqual(["10:00:00"]);
    expect(room.lines).toEqual([expect.stringContaining("AccessDeniedException")]);
  });

  test("when the role no longer trusts the scheduler, nothing is called", async () => {
    await room.create("drill", target({}));
    room.trusted.clear();
    await room.clock.advance(24 * HOUR_MS);
    expect(room.times()).toEqual([]);
    expect(room.lines).toEqual([expect.stringContaining(`may not assume ${ROLE}`)]);
  });
});

test("disabled, deleted and stopped schedules are silent", async () => {
  await room.create("disabled", { State: "DISABLED" });
  await room.create("deleted", { ScheduleExpression: "cron(0 * * * ? *)" });
  await room.call("DeleteSchedule", { Name: "deleted" });
  await room.create("stopped", { ScheduleExpression: "cron(0 * * * ? *)" });
  await room.clock.advance(HOUR_MS);
  expect(room.called).toHaveLength(1);
  await room.scheduler.stop();
  await room.clock.advance(HOUR_MS);
  expect(room.called).toHaveLength(1);
});
