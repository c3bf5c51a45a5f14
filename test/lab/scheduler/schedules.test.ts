/** Schedules and their groups, as their owners see them. */
import { beforeEach, describe, expect, test } from "vitest";
import { refusal } from "../fixture.ts";
import { BASIC, FUNCTION, ROLE, schedulerRoom, START, TOPIC } from "./room.ts";

const ARN = "arn:aws:scheduler:us-east-1:000000000000:schedule/default/drill";
const GROUP_ARN = "arn:aws:scheduler:us-east-1:000000000000:schedule-group/drills";

let room: ReturnType<typeof schedulerRoom>;
let call: typeof room.call;

beforeEach(() => {
  room = schedulerRoom();
  call = room.call;
});

describe("a schedule", () => {
  test("is read as it was created, with its defaults", async () => {
    expect(await room.create("drill")).toEqual({ ScheduleArn: ARN });
    expect(await call("GetSchedule", { Name: "drill" })).toEqual({
      Arn: ARN,
      Name: "drill",
      GroupName: "default",
      State: "ENABLED",
      ScheduleExpression: "rate(5 minutes)",
      ScheduleExpressionTimezone: "UTC",
      FlexibleTimeWindow: { Mode: "OFF" },
      ActionAfterCompletion: "NONE",
      CreationDate: new Date(START),
      LastModificationDate: new Date(START),
      Target: {
        ...BASIC.Target,
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
      },
    });
  });

  test("is replaced whole by an update", async () => {
    await room.create("drill", {
      Description: "every so often",
      StartDate: new Date("2026-04-01T00:00:00Z"),
      EndDate: new Date("2026-05-01T00:00:00Z"),
      ScheduleExpressionTimezone: "Europe/Berlin",
      FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 15 },
      ActionAfterCompletion: "DELETE",
    });
    expect(await call("GetSchedule", { Name: "drill" })).toMatchObject({
      Description: "every so often",
      StartDate: new Date("2026-04-01T00:00:00Z"),
      EndDate: new Date("2026-05-01T00:00:00Z"),
      ScheduleExpressionTimezone: "Europe/Berlin",
      FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 15 },
      ActionAfterCompletion: "DELETE",
    });
    await room.clock.advance(1000);
    await call("UpdateSchedule", { Name: "drill", ...BASIC, State: "DISABLED" });
    expect(await call("GetSchedule", { Name: "drill" })).toMatchObject({
      State: "DISABLED",
      Description: undefined,
      StartDate: undefined,
      EndDate: undefined,
      ScheduleExpressionTimezone: "UTC",
      FlexibleTimeWindow: { Mode: "OFF" },
      ActionAfterCompletion: "NONE",
      CreationDate: new Date(START),
      LastModificationDate: new Date("2026-03-14T09:26:54Z"),
    });
  });

  test("is there once, and gone when deleted", async () => {
    await room.create("drill");
    expect(await refusal(room.create("drill"))).toMatchObject({
      code: "ConflictException",
      message: "Schedule drill already exists.",
    });
    await call("DeleteSchedule", { Name: "drill" });
    for (const operation of ["GetSchedule", "DeleteSchedule"]) {
      expect(await refusal(call(operation, { Name: "drill" }))).toMatchObject({
        code: "ResourceNotFoundException",
        message: "Schedule drill does not exist.",
      });
    }
    const update = call("UpdateSchedule", { Name: "drill", ...BASIC });
    expect((await refusal(update)).code).toBe("ResourceNotFoundException");
  });

  test.each<[object, string, string]>([
    [{ Name: "a b" }, "ValidationException", "name"],
    [{ GroupName: "none" }, "ResourceNotFoundException", "Schedule group none"],
    [{ ScheduleExpression: "rate(1 minutes)" }, "ValidationException", "Schedule Expression"],
    [{ ScheduleExpression: "cron(0 0 * * * *)" }, "ValidationException", "Schedule Expression"],
    [{ ScheduleExpression: "at(2020-01-01T00:00:00)" }, "ValidationException", "never due"],
    [{ ScheduleExpressionTimezone: "Mars/X" }, "ValidationException", "Mars/X"],
    [{ StartDate: new Date("2026-03-14T09:21:00Z") }, "ValidationException", "5 minutes ago"],
    [{ EndDate: new Date("2026-03-14T09:26:00Z") }, "ValidationException", "EndDate"],
    [
      { StartDate: new Date("2026-05-01"), EndDate: new Date("2026-04-01") },
      "ValidationException",
      "EndDate",
    ],
    [{ FlexibleTimeWindow: undefined }, "ValidationException", "[OFF, FLEXIBLE]"],
    [{ FlexibleTimeWindow: { Mode: "FLEXIBLE" } }, "ValidationException", "1 and 1440"],
    [
      { FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 1441 } },
      "ValidationException",
      "1 and 1440",
    ],
    [
      { FlexibleTimeWindow: { Mode: "OFF", MaximumWindowInMinutes: 5 } },
      "ValidationException",
      "left out",
    ],
    [{ State: "MAYBE" }, "ValidationException", "ENABLED, DISABLED"],
    [{ ActionAfterCompletion: "MAYBE" }, "ValidationException", "NONE, DELETE"],
    [{ Description: "x".repeat(513) }, "ValidationException", "512"],
    [{ KmsKeyArn: "arn:aws:kms:x" }, "NotImplemented", "KmsKeyArn"],
    [{ Target: undefined }, "ValidationException", "target"],
    [{ Target: { Arn: "guard", RoleArn: ROLE } }, "ValidationException", "target.arn"],
    [{ Target: { Arn: FUNCTION, RoleArn: "role" } }, "ValidationException", "target.roleArn"],
    [{ Target: { Arn: FUNCTION, RoleArn: `${ROLE}2` } }, "ValidationException", "execution role"],
    [{ Target: { Arn: FUNCTION, RoleArn: ROLE, Input: "hi" } }, "ValidationException", "JSON"],
    [
      { Target: { ...BASIC.Target, RetryPolicy: { MaximumRetryAttempts: 186 } } },
      "ValidationException",
      "0 to 185",
    ],
    [
      { Target: { ...BASIC.Target, RetryPolicy: { MaximumEventAgeInSeconds: 1 } } },
      "ValidationException",
      "60 to 86400",
    ],
    [
      { Target: { ...BASIC.Target, Arn: FUNCTION.replace("us-east-1", "eu-west-1") } },
      "ValidationException",
      "region",
    ],
    [
      { Target: { ...BASIC.Target, DeadLetterConfig: { Arn: "x" } } },
      "NotImplemented",
      "DeadLetterConfig",
    ],
    [
      { Target: { ...BASIC.Target, Arn: "arn:aws:scheduler:::aws-sdk:sqs:sendMessage" } },
      "NotImplemented",
      "universal targets such as arn:aws:scheduler:::aws-sdk:sqs:sendMessage",
    ],
    [
      { Target: { ...BASIC.Target, Arn: "arn:aws:sqs:us-east-1:000000000000:q" } },
      "NotImplemented",
      "targets of sqs",
    ],
  ])("CreateSchedule with %j: %s", async (more, code, message) => {
    const refused = await refusal(room.create("drill", more));
    expect(refused).toMatchObject({ code, message: expect.stringContaining(message) });
    expect((await call("ListSchedules")).Schedules).toEqual([]);
  });

  test("is trusted for its group", async () => {
    await call("CreateScheduleGroup", { Name: "drills" });
    await room.create("drill", { GroupName: "drills" });
    expect(room.asked[0]).toBe(`scheduler.amazonaws.com for ${GROUP_ARN}`);
  });
});

const arns = async (input: object): Promise<string[]> =>
  (await call("ListSchedules", input)).Schedules.map(({ Arn }: { Arn: string }) =>
    Arn.split(":schedule/").at(-1),
  );

describe("lists", () => {
  beforeEach(async () => {
    await call("CreateScheduleGroup", { Name: "drills" });
    await room.create("one");
    await room.create("other", { State: "DISABLED" });
    await room.create("one", { GroupName: "drills", Target: { Arn: TOPIC, RoleArn: ROLE } });
  });

  test.each<[object, string[]]>([
    [{}, ["default/one", "default/other", "drills/one"]],
    [{ GroupName: "drills" }, ["drills/one"]],
    [{ NamePrefix: "ot" }, ["default/other"]],
    [{ State: "ENABLED" }, ["default/one", "drills/one"]],
    [{ MaxResults: 1 }, ["default/one"]],
    [{ MaxResults: 2, NextToken: "1" }, ["default/other", "drills/one"]],
  ])("%j", async (input, expected) => {
    expect(await arns(input)).toEqual(expected);
  });

  test("show the target", async () => {
    const { Schedules } = await call("ListSchedules", { GroupName: "drills" });
    expect(Schedules).toMatchObject([{ Name: "one", State: "ENABLED", Target: { Arn: TOPIC } }]);
  });

  test.each([{ MaxResults: 0 }, { MaxResults: 101 }, { NextToken: "x" }])("%j", async (input) => {
    expect((await refusal(call("ListSchedules", input))).code).toBe("ValidationException");
  });
});

describe("a group", () => {
  test("lives, has tags, and takes its schedules along", async () => {
    expect(
      await call("CreateScheduleGroup", { Name: "drills", Tags: [{ Key: "a", Value: "1" }] }),
    ).toEqual({ ScheduleGroupArn: GROUP_ARN });
    expect((await refusal(call("CreateScheduleGroup", { Name: "drills" }))).code).toBe(
      "ConflictException",
    );
    expect(await call("GetScheduleGroup", { Name: "drills" })).toMatchObject({
      Arn: GROUP_ARN,
      State: "ACTIVE",
    });
    await call("TagResource", { ResourceArn: GROUP_ARN, Tags: [{ Key: "b", Value: "2" }] });
    await call("UntagResource", { ResourceArn: GROUP_ARN, TagKeys: ["a"] });
    expect(await call("ListTagsForResource", { ResourceArn: GROUP_ARN })).toEqual({
      Tags: [{ Key: "b", Value: "2" }],
    });
    const { ScheduleGroups } = await call("ListScheduleGroups", {});
    expect(ScheduleGroups.map(({ Name }: { Name: string }) => Name)).toEqual(["default", "drills"]);
    await room.create("drill", { GroupName: "drills" });
    await call("DeleteScheduleGroup", { Name: "drills" });
    await room.clock.advance(3_600_000);
    expect(room.called).toHaveLength(0);
    expect((await refusal(call("GetScheduleGroup", { Name: "drills" }))).code).toBe(
      "ResourceNotFoundException",
    );
  });

  test("called default cannot go", async () => {
    expect((await refusal(call("DeleteScheduleGroup", { Name: "default" }))).code).toBe(
      "ValidationException",
    );
  });
});

const of = (operation: string, input: Record<string, unknown>): readonly string[] =>
  room.scheduler.resourcesOf(operation, input);

test("IAM is asked about schedules and groups by their ARNs", () => {
  expect(of("CreateSchedule", { Name: "drill" })).toEqual([ARN]);
  expect(of("GetSchedule", { Name: "x", GroupName: "drills" })).toEqual([
    "arn:aws:scheduler:us-east-1:000000000000:schedule/drills/x",
  ]);
  expect(of("CreateScheduleGroup", { Name: "drills" })).toEqual([GROUP_ARN]);
  expect(of("TagResource", { ResourceArn: GROUP_ARN })).toEqual([GROUP_ARN]);
  expect(of("ListSchedules", {})).toEqual(["*"]);
});
