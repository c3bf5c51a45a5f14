/**
 * Suppressors of composite alarms: the examples of the user guide ("Suppressing composite alarm
 * actions"), with its time unit as a minute, WaitPeriod 2 units and ExtensionPeriod 3.
 */
import type { CompositeAlarm } from "@aws-sdk/client-cloudwatch";
import { beforeEach, describe, expect, test } from "vitest";
import { lambdaPayload } from "../../../../lab/cloudwatch/payloads.ts";
import { FUNCTION, Harness, MINUTE, START, TOPIC } from "../harness.ts";

const ARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:";
const WAIT = 120;
const EXTENSION = 180;
const SUPPRESSED = {
  ActionsSuppressor: "maintenance",
  ActionsSuppressorWaitPeriod: WAIT,
  ActionsSuppressorExtensionPeriod: EXTENSION,
};
let lab: Harness;

async function put(more: object = {}): Promise<void> {
  await lab.putRule("green", "ALARM(errors)", {
    AlarmActions: [FUNCTION],
    OKActions: [TOPIC],
    ...SUPPRESSED,
    ...more,
  });
}

/** Moves the clock to so many units after the start. */
async function until(units: number): Promise<void> {
  await lab.clock.advance(START + units * MINUTE - lab.clock.now());
}

async function green(): Promise<CompositeAlarm | undefined> {
  const { CompositeAlarms = [] } = await lab.alarms();
  return CompositeAlarms.find(({ AlarmName }) => AlarmName === "green");
}

async function suppressedBy(): Promise<string | undefined> {
  return (await green())?.ActionsSuppressedBy;
}

/** The states whose actions were performed. */
function acted(): readonly string[] {
  return lab.performed
    .filter(({ event }) => event.alarmName === "green")
    .map(({ event }) => event.state.value);
}

beforeEach(async () => {
  lab = new Harness();
  for (const name of ["errors", "maintenance"])
    await lab.putAlarm(name, { TreatMissingData: "ignore" });
  await put();
  // Its first state, OK, waits too.
  await until(2);
  expect(acted()).toEqual(["OK"]);
  lab.performed.length = 0;
});

describe("the guide's examples", () => {
  test("1: actions are not suppressed after the WaitPeriod", async () => {
    await lab.setState("errors", "ALARM");
    expect(await green()).toMatchObject({
      StateValue: "ALARM",
      ActionsSuppressedBy: "WaitPeriod",
      ActionsSuppressedReason: "Actions suppressed by WaitPeriod",
      ...SUPPRESSED,
    });
    await lab.clock.advance(WAIT * 1000 - 1);
    expect(acted()).toEqual([]);
    await lab.clock.advance(1);
    expect(acted()).toEqual(["ALARM"]);
    expect(await green()).not.toHaveProperty("ActionsSuppressedBy");
    expect(await green()).not.toHaveProperty("ActionsSuppressedReason");
    await until(60);
    expect(acted()).toEqual(["ALARM"]);
  });

  test("2: the suppressor goes to ALARM before the WaitPeriod ends", async () => {
    await lab.setState("errors", "ALARM");
    await until(3);
    await lab.setState("maintenance", "ALARM");
    expect(await green()).toMatchObject({
      ActionsSuppressedBy: "Alarm",
      ActionsSuppressedReason:
        `Actions suppressed by ${ARN}maintenance that transitioned to ALARM at ` +
        "Saturday 14 March, 2026 09:03:00 UTC",
    });
    await until(600);
    expect(acted()).toEqual([]);
  });

  test("3: a transition during the WaitPeriod begins another", async () => {
    await lab.setState("errors", "ALARM");
    await until(3);
    await lab.setState("errors", "OK");
    await until(4.99);
    expect(await suppressedBy()).toBe("WaitPeriod");
    expect(acted()).toEqual([]);
    await until(5);
    expect(acted()).toEqual(["OK"]);
  });

  test("4: the suppressor is in ALARM already", async () => {
    await lab.setState("maintenance", "ALARM");
    // Nothing is suppressed without a transition.
    expect(await suppressedBy()).toBeUndefined();
    await lab.setState("errors", "ALARM");
    expect(await suppressedBy()).toBe("Alarm");
    await until(600);
    expect(acted()).toEqual([]);
  });

  test("5: actions are not suppressed after the ExtensionPeriod", async () => {
    await lab.setState("errors", "ALARM");
    await until(3);
    await lab.setState("maintenance", "ALARM");
    await until(6);
    await lab.setState("maintenance", "OK");
    expect(await green()).toMatchObject({
      ActionsSuppressedBy: "ExtensionPeriod",
      ActionsSuppressedReason: "Actions suppressed by ExtensionPeriod",
    });
    await until(8.99);
    expect(acted()).toEqual([]);
    await until(9);
    expect(acted()).toEqual(["ALARM"]);
  });

  test("6: a transition during the ExtensionPeriod begins a WaitPeriod", async () => {
    await lab.setState("errors", "ALARM");
    await lab.setState("maintenance", "ALARM");
    await until(6);
    await lab.setState("maintenance", "OK");
    await until(7);
    await lab.setState("errors", "OK");
    expect(await suppressedBy()).toBe("WaitPeriod");
    await until(8.99);
    expect(acted()).toEqual([]);
    await until(9);
    expect(acted()).toEqual(["OK"]);
  });
});

describe("the suppressor", () => {
  test("back in ALARM during the ExtensionPeriod suppresses again", async () => {
    await lab.setState("maintenance", "ALARM");
    await lab.setState("errors", "ALARM");
    await lab.setState("maintenance", "OK");
    await until(3);
    await lab.setState("maintenance", "ALARM");
    expect(await suppressedBy()).toBe("Alarm");
    await until(20);
    expect(acted()).toEqual([]);
  });

  test("in INSUFFICIENT_DATA is not in ALARM", async () => {
    await lab.setState("maintenance", "ALARM");
    await lab.setState("errors", "ALARM");
    await lab.setState("maintenance", "INSUFFICIENT_DATA");
    expect(await suppressedBy()).toBe("ExtensionPeriod");
  });

  test("that comes after the actions were performed suppresses nothing", async () => {
    await lab.setState("errors", "ALARM");
    await until(4);
    await lab.setState("maintenance", "ALARM");
    await lab.setState("maintenance", "OK");
    expect(await suppressedBy()).toBeUndefined();
    await until(60);
    expect(acted()).toEqual(["ALARM"]);
  });

  test("replaced: the running period is discarded, and the actions are the current state's", async () => {
    await lab.putAlarm("other");
    await lab.setState("errors", "ALARM");
    await put({ ActionsSuppressor: `${ARN}other` });
    expect(acted()).toEqual(["ALARM"]);
    expect(await suppressedBy()).toBeUndefined();
  });

  test("replaced by one in ALARM: that one suppresses", async () => {
    await lab.putAlarm("other", { TreatMissingData: "ignore" });
    await lab.setState("other", "ALARM");
    await lab.setState("errors", "ALARM");
    await put({ ActionsSuppressor: "other" });
    expect(await suppressedBy()).toBe("Alarm");
    await until(60);
    expect(acted()).toEqual([]);
  });

  test("taken away: the actions are performed", async () => {
    await lab.setState("maintenance", "ALARM");
    await lab.setState("errors", "ALARM");
    await lab.putRule("green", "ALARM(errors)", { AlarmActions: [FUNCTION] });
    expect(acted()).toEqual(["ALARM"]);
    expect(await green()).not.toHaveProperty("ActionsSuppressor");
  });

  test("by its ARN is the same one: the period runs on", async () => {
    await lab.setState("errors", "ALARM");
    await until(3);
    await put({ ActionsSuppressor: `${ARN}maintenance`, ActionsSuppressorWaitPeriod: 1 });
    expect(await suppressedBy()).toBe("WaitPeriod");
    await until(4);
    expect(acted()).toEqual(["ALARM"]);
  });

  test("deleted: the ExtensionPeriod begins", async () => {
    await lab.setState("maintenance", "ALARM");
    await lab.setState("errors", "ALARM");
    await lab.call("DeleteAlarms", { AlarmNames: ["maintenance"] });
    expect(await suppressedBy()).toBe("ExtensionPeriod");
    await until(5);
    expect(acted()).toEqual(["ALARM"]);
  });

  test("a suppressed alarm that is deleted acts no more", async () => {
    await lab.setState("errors", "ALARM");
    await lab.call("DeleteAlarms", { AlarmNames: ["green"] });
    await until(60);
    expect(acted()).toEqual([]);
  });
});

test("parents and announcements see the state at once, suppressed or not", async () => {
  await lab.putRule("above", "ALARM(green)", { AlarmActions: [FUNCTION] });
  lab.announced.length = 0;
  lab.performed.length = 0;
  await lab.setState("errors", "ALARM");
  expect(lab.performed.map(({ event }) => event.alarmName)).toEqual(["above"]);
  expect(lab.announced.map(({ alarmName, state }) => [alarmName, state.suppressed?.by])).toEqual([
    ["errors", undefined],
    ["green", "WaitPeriod"],
    ["above", undefined],
  ]);
});

test("SetAlarmState to the same state leaves the suppression", async () => {
  await lab.setState("errors", "ALARM");
  await lab.setState("green", "ALARM");
  expect(await suppressedBy()).toBe("WaitPeriod");
});

test("the event after the WaitPeriod: from the suppressed state to the same one", async () => {
  await lab.setState("errors", "ALARM");
  await until(4);
  const [release] = lab.performed;
  if (!release) throw new Error("it must have acted");
  expect(lab.announced.at(-1)).toEqual(release.event);
  expect(release.event.configuration).toMatchObject({
    triggeringChildren: [{ arn: `${ARN}errors`, value: "ALARM" }],
  });
  const state = {
    value: "ALARM",
    reason: `${ARN}errors transitioned to ALARM at Saturday 14 March, 2026 09:02:00 UTC`,
  };
  expect(lambdaPayload(release.event)).toMatchObject({
    time: "2026-03-14T09:04:00.000+0000",
    alarmData: {
      state: { ...state, timestamp: "2026-03-14T09:04:00.000+0000" },
      previousState: {
        ...state,
        timestamp: "2026-03-14T09:02:00.000+0000",
        actionsSuppressedBy: "WaitPeriod",
        actionsSuppressedReason: "Actions suppressed by WaitPeriod",
      },
      configuration: {
        alarmRule: "ALARM(errors)",
        actionsSuppressor: "maintenance",
        actionsSuppressorWaitPeriod: WAIT,
        actionsSuppressorExtensionPeriod: EXTENSION,
      },
    },
  });
  expect(lambdaPayload(release.event)).not.toHaveProperty("alarmData.state.actionsSuppressedBy");
});

test.each<[string, object, string]>([
  ["no periods", { ActionsSuppressor: "maintenance" }, "must be specified together"],
  ["periods alone", { ActionsSuppressorWaitPeriod: 60 }, "must be specified together"],
  ["an unknown suppressor", { ...SUPPRESSED, ActionsSuppressor: "nobody" }, "does not exist"],
  ["a negative period", { ...SUPPRESSED, ActionsSuppressorWaitPeriod: -1 }, "or equal to 0"],
  ["half a second", { ...SUPPRESSED, ActionsSuppressorExtensionPeriod: 0.5 }, "an integer"],
])("refuses %s", async (_, more, message) => {
  const input = { AlarmName: "blue", AlarmRule: "ALARM(errors)", ...more };
  const refusal = await lab.refusal("PutCompositeAlarm", input);
  expect(refusal).toMatch(/^ValidationError: /);
  expect(refusal).toContain(message);
});
