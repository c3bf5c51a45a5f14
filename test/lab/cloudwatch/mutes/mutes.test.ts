/**
 * Mute rules: the scenarios of the user guide ("How alarm mute rules work"), and the operations.
 * The harness starts on Saturday 14 March 2026 at 9:00 UTC.
 */
import type {
  GetAlarmMuteRuleOutput,
  ListAlarmMuteRulesOutput,
  PutAlarmMuteRuleInput,
} from "@aws-sdk/client-cloudwatch";
import { beforeEach, describe, expect, test } from "vitest";
import { eventBridgeEvent } from "../../../../lab/cloudwatch/payloads.ts";
import { FUNCTION, Harness, MINUTE, START, TOPIC } from "../harness.ts";

const ARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm-mute-rule:";
const IGNORE = { TreatMissingData: "ignore" } as const;
let lab: Harness;

async function mute(
  name: string,
  Expression: string,
  Duration: string,
  more: Partial<PutAlarmMuteRuleInput> = {},
): Promise<void> {
  await lab.call("PutAlarmMuteRule", {
    Name: name,
    Rule: { Schedule: { Expression, Duration } },
    MuteTargets: { AlarmNames: ["green"] },
    ...more,
  });
}

/** Moves the clock to so many minutes after 9:00. */
async function until(minutes: number): Promise<void> {
  await lab.clock.advance(START + minutes * MINUTE - lab.clock.now());
}

async function status(name: string): Promise<string | undefined> {
  const rule = await lab.call<GetAlarmMuteRuleOutput>("GetAlarmMuteRule", {
    AlarmMuteRuleName: name,
  });
  return rule.Status;
}

function acted(): readonly string[] {
  return lab.performed.map(({ arn, event }) => `${event.state.value} ${arn.split(":").at(-1)}`);
}

beforeEach(async () => {
  lab = new Harness();
  await lab.putAlarm("green", { ...IGNORE, AlarmActions: [FUNCTION] });
  await lab.setState("green", "OK");
});

describe("the guide's scenarios", () => {
  test("actions are muted, and stay so when the alarm has left the state", async () => {
    await mute("deploy", "at(2026-03-14T09:01)", "PT4M");
    expect(await status("deploy")).toBe("SCHEDULED");
    await until(1);
    expect(await status("deploy")).toBe("ACTIVE");
    await until(2);
    await lab.setState("green", "ALARM");
    expect(await lab.state("green")).toBe("ALARM");
    await until(4);
    await lab.setState("green", "OK");
    await until(10);
    expect(acted()).toEqual([]);
    expect(await status("deploy")).toBe("EXPIRED");
  });

  test("actions are performed at the window's end when the alarm is still in the state", async () => {
    await mute("deploy", "at(2026-03-14T09:01)", "PT4M");
    await until(2);
    await lab.setState("green", "ALARM");
    await lab.clock.advance(3 * MINUTE - 1);
    expect(acted()).toEqual([]);
    await lab.clock.advance(1);
    expect(acted()).toEqual(["ALARM checkout-guard"]);
    await until(60);
    expect(acted()).toHaveLength(1);
  });

  test("of two overlapping rules the last end counts", async () => {
    await mute("one", "at(2026-03-14T09:01)", "PT4M");
    await mute("two", "at(2026-03-14T09:03)", "PT5M");
    await until(2);
    await lab.setState("green", "ALARM");
    await until(7.99);
    expect(acted()).toEqual([]);
    await until(8);
    expect(acted()).toHaveLength(1);
  });

  test.each<[string, () => Promise<unknown>]>([
    ["updated to end", () => mute("deploy", "at(2026-03-14T09:01)", "PT4M")],
    ["given other targets", () => mute("deploy", "at(2026-03-14T09:01)", "PT8M", OTHER)],
    ["deleted", () => lab.call<object>("DeleteAlarmMuteRule", { AlarmMuteRuleName: "deploy" })],
  ])("a rule that is %s unmutes at once", async (_, change) => {
    await lab.putAlarm("other");
    await mute("deploy", "at(2026-03-14T09:01)", "PT8M");
    await until(2);
    await lab.setState("green", "ALARM");
    await until(6);
    expect(acted()).toEqual([]);
    await change();
    expect(acted()).toEqual(["ALARM checkout-guard"]);
  });
  const OTHER = { MuteTargets: { AlarmNames: ["other"] } };

  test("the actions at the end are those that the alarm has then", async () => {
    await mute("deploy", "at(2026-03-14T09:01)", "PT7M");
    await until(2);
    await lab.setState("green", "ALARM");
    await until(6);
    await lab.putAlarm("green", { ...IGNORE, AlarmActions: [`${TOPIC}-2`] });
    await until(8);
    expect(acted()).toEqual(["ALARM checkout-guard-2"]);
    expect(lab.performed[0]?.event.alarmActions).toEqual([`${TOPIC}-2`]);
  });

  test("none, when they were removed or disabled", async () => {
    await mute("deploy", "at(2026-03-14T09:01)", "PT7M");
    await until(2);
    await lab.setState("green", "ALARM");
    await lab.call("DisableAlarmActions", { AlarmNames: ["green"] });
    await until(8);
    expect(acted()).toEqual([]);
  });
});

test("actions of all states are muted, and the last of them is made up for", async () => {
  await lab.putAlarm("green", { ...IGNORE, AlarmActions: [FUNCTION], OKActions: [FUNCTION] });
  await mute("deploy", "cron(* * * * *)", "PT5M", { ExpireDate: new Date(START + 5 * MINUTE) });
  await lab.setState("green", "ALARM");
  await lab.setState("green", "OK");
  await until(5);
  expect(acted()).toEqual(["OK checkout-guard"]);
});

test("a state from before the window is not made up for", async () => {
  await mute("deploy", "at(2026-03-14T09:01)", "PT4M");
  await lab.setState("green", "ALARM");
  expect(acted()).toHaveLength(1);
  await until(10);
  expect(acted()).toHaveLength(1);
});

test("what was made up for is not made up for again at the next window's end", async () => {
  await mute("hourly", "cron(10 * * * *)", "PT5M");
  await until(12);
  await lab.setState("green", "ALARM");
  await until(15);
  expect(acted()).toHaveLength(1);
  await until(60 * 5);
  expect(acted()).toHaveLength(1);
});

test("a nightly rule mutes every night, over days", async () => {
  await mute("nightly", "cron(0 23 * * *)", "PT2H");
  const muted: boolean[] = [];
  for (const hour of [12, 14.5, 16.5, 38.5, 40.5]) {
    await until(hour * 60);
    const before = lab.performed.length;
    await lab.setState("green", "OK");
    await lab.setState("green", "ALARM");
    muted.push(lab.performed.length === before);
  }
  expect(muted).toEqual([false, true, false, true, false]);
});

test("a muted composite alarm whose suppression ends waits for the mute's end", async () => {
  await lab.putAlarm("errors", IGNORE);
  await lab.putRule("all", "ALARM(errors)", {
    AlarmActions: [FUNCTION],
    ActionsSuppressor: "green",
    ActionsSuppressorWaitPeriod: 60,
    ActionsSuppressorExtensionPeriod: 60,
  });
  await mute("deploy", "at(2026-03-14T09:01)", "PT4M", { MuteTargets: { AlarmNames: ["all"] } });
  await until(1);
  await lab.setState("errors", "ALARM");
  await until(4.99);
  expect(acted()).toEqual([]);
  await until(5);
  expect(acted()).toEqual(["ALARM checkout-guard"]);
});

test("a muted change of state is announced with the window", async () => {
  await mute("deploy", "at(2026-03-14T09:01)", "PT4M");
  await until(2);
  await lab.setState("green", "ALARM");
  const event = lab.announced.at(-1);
  if (!event) throw new Error("it must have been announced");
  expect(eventBridgeEvent(event, "id")).toMatchObject({
    detail: {
      state: { value: "ALARM" },
      muteDetail: {
        mutedByArn: `${ARN}deploy`,
        muteWindowStart: "2026-03-14T09:01:00.000+0000",
        muteWindowEnd: "2026-03-14T09:05:00.000+0000",
      },
    },
  });
  await until(6);
  await lab.setState("green", "OK");
  expect(lab.announced.at(-1)).not.toHaveProperty("muted");
});

describe("the operations", () => {
  test("a rule is shown as it was put", async () => {
    const input = {
      Name: "deploy",
      Description: "the weekly one",
      Rule: {
        Schedule: { Expression: "cron(0 2 * * SUN)", Duration: "PT4H", Timezone: "Europe/London" },
      },
      MuteTargets: { AlarmNames: ["green"] },
      StartDate: new Date(START),
      ExpireDate: new Date(START + 86_400_000 * 30),
      Tags: [{ Key: "team", Value: "a" }],
    };
    await lab.call("PutAlarmMuteRule", input);
    const { Tags, ...shown } = input;
    expect(await lab.call("GetAlarmMuteRule", { AlarmMuteRuleName: "deploy" })).toEqual({
      ...shown,
      AlarmMuteRuleArn: `${ARN}deploy`,
      Status: "SCHEDULED",
      MuteType: "RECURRING",
      LastUpdatedTimestamp: new Date(START),
    });
    await lab.clock.advance(MINUTE);
    await mute("deploy", "at(2026-03-14T12:00)", "PT1H", { Tags: [] });
    expect(await lab.call("GetAlarmMuteRule", { AlarmMuteRuleName: "deploy" })).toEqual({
      Name: "deploy",
      AlarmMuteRuleArn: `${ARN}deploy`,
      Rule: { Schedule: { Expression: "at(2026-03-14T12:00)", Duration: "PT1H" } },
      MuteTargets: { AlarmNames: ["green"] },
      Status: "SCHEDULED",
      MuteType: "ONE_TIME",
      LastUpdatedTimestamp: new Date(START + MINUTE),
    });
    const ResourceARN = `${ARN}deploy`;
    expect(await lab.call("ListTagsForResource", { ResourceARN })).toEqual({ Tags });
    await lab.call("UntagResource", { ResourceARN, TagKeys: ["team"] });
    expect(await lab.call("ListTagsForResource", { ResourceARN })).toEqual({ Tags: [] });
  });

  test("rules are listed by name, alarm and status, in pages", async () => {
    await lab.putAlarm("blue");
    await mute("b-now", "cron(* * * * *)", "PT5M");
    await mute("a-later", "at(2026-03-14T12:00)", "PT1H", {
      MuteTargets: { AlarmNames: ["blue", "green"] },
    });
    await mute("c-over", "at(2026-03-14T01:00)", "PT1H");
    const names = async (input: object): Promise<readonly (string | undefined)[]> => {
      const { AlarmMuteRuleSummaries = [] } = await lab.call<ListAlarmMuteRulesOutput>(
        "ListAlarmMuteRules",
        input,
      );
      return AlarmMuteRuleSummaries.map((rule) => rule.AlarmMuteRuleArn?.slice(ARN.length));
    };
    expect(await names({})).toEqual(["a-later", "b-now", "c-over"]);
    expect(await names({ AlarmName: "blue" })).toEqual(["a-later"]);
    expect(await names({ Statuses: ["ACTIVE", "EXPIRED"] })).toEqual(["b-now", "c-over"]);
    const page = await lab.call<ListAlarmMuteRulesOutput>("ListAlarmMuteRules", { MaxRecords: 2 });
    expect(await names({ NextToken: page.NextToken })).toEqual(["c-over"]);
    expect(page.AlarmMuteRuleSummaries?.[0]).toEqual({
      AlarmMuteRuleArn: `${ARN}a-later`,
      Status: "SCHEDULED",
      MuteType: "ONE_TIME",
      LastUpdatedTimestamp: new Date(START),
    });
  });

  test.each<[string, object, string]>([
    ["GetAlarmMuteRule", { AlarmMuteRuleName: "none" }, "ResourceNotFoundException: "],
    ["ListAlarmMuteRules", { AlarmName: "nobody" }, "ResourceNotFoundException: "],
    ["ListAlarmMuteRules", { NextToken: "nonsense" }, "InvalidNextToken: "],
    ["ListAlarmMuteRules", { Statuses: ["MUTED"] }, "ValidationError: "],
    ["DeleteAlarmMuteRule", { AlarmMuteRuleName: "none" }, "no refusal"],
  ])("%s %j: %s", async (operation, input, code) => {
    expect((await lab.refusal(operation, input)).startsWith(code)).toBe(true);
  });

  const schedule = { Expression: "cron(0 2 * * *)", Duration: "PT4H" };
  test.each<[string, object, string]>([
    ["no rule", { Rule: undefined }, "rule.schedule"],
    ["no name", { Name: "" }, "length greater than or equal to 1"],
    [
      "a bad expression",
      { Rule: { Schedule: { ...schedule, Expression: "rate(1)" } } },
      "cron(...)",
    ],
    ["a long duration", { Rule: { Schedule: { ...schedule, Duration: "P16D" } } }, "P15D"],
    ["no such zone", { Rule: { Schedule: { ...schedule, Timezone: "Mars" } } }, "time zone"],
    ["an offset", { Rule: { Schedule: { ...schedule, Timezone: "+01:00" } } }, "time zone"],
    ["unknown targets", { MuteTargets: { AlarmNames: ["green", "nobody"] } }, "[nobody]"],
    [
      "101 targets",
      { MuteTargets: { AlarmNames: Array.from({ length: 101 }, (_, i) => `a${i}`) } },
      "or equal to 100",
    ],
    ["an end before its start", { StartDate: new Date(2), ExpireDate: new Date(1) }, "after"],
  ])("refuses %s", async (_, more, message) => {
    const input = { Name: "deploy", Rule: { Schedule: schedule }, ...more };
    const refusal = await lab.refusal("PutAlarmMuteRule", input);
    expect(refusal).toMatch(/^ValidationError: /);
    expect(refusal).toContain(message);
  });
});
