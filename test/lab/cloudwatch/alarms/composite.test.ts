/** Composite alarms: they follow their children at once, and never go round in circles. */
import { describe, expect, test } from "vitest";
import { FUNCTION, Harness, MINUTE, START } from "../harness.ts";

const ARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:";

async function twoChildren(): Promise<Harness> {
  const lab = new Harness();
  await lab.putAlarm("errors");
  await lab.putAlarm("unhealthy");
  return lab;
}

describe("the guard's alarm: either child", () => {
  test("goes to ALARM in the moment its child does, and acts once", async () => {
    const lab = await twoChildren();
    await lab.putRule("green", `ALARM(errors) OR ALARM("${ARN}unhealthy")`, {
      AlarmActions: [FUNCTION],
    });
    expect(await lab.state("green")).toBe("OK");
    await lab.put(9);
    await lab.clock.advance(MINUTE);
    expect(await lab.state("green")).toBe("ALARM");
    expect(lab.performed).toHaveLength(1);
    expect(lab.performed[0]?.event).toMatchObject({
      alarmArn: `${ARN}green`,
      state: {
        value: "ALARM",
        reason: `${ARN}errors transitioned to ALARM at Saturday 14 March, 2026 09:01:00 UTC`,
        timestampMs: START + MINUTE,
      },
      previousState: {
        value: "OK",
        reason: `${ARN}green was created and its alarm rule evaluates to OK`,
      },
    });
    await lab.setState("unhealthy", "OK");
    await lab.setState("errors", "OK");
    expect(await lab.state("green")).toBe("OK");
    expect(lab.performed).toHaveLength(1);
  });

  test("a second child in ALARM is no second transition", async () => {
    const lab = await twoChildren();
    await lab.putRule("green", "ALARM(errors) OR ALARM(unhealthy)", { AlarmActions: [FUNCTION] });
    await lab.setState("errors", "ALARM");
    await lab.setState("unhealthy", "ALARM");
    await lab.setState("errors", "OK");
    expect(await lab.state("green")).toBe("ALARM");
    expect(lab.performed).toHaveLength(1);
  });

  test("created over a child in ALARM it acts at once", async () => {
    const lab = await twoChildren();
    await lab.setState("errors", "ALARM");
    await lab.putRule("green", "ALARM(errors)", { AlarmActions: [FUNCTION] });
    expect(lab.performed).toHaveLength(1);
  });

  test("another rule is evaluated at once", async () => {
    const lab = await twoChildren();
    await lab.putRule("green", "ALARM(errors)");
    await lab.putRule("green", "NOT ALARM(errors)");
    expect(await lab.state("green")).toBe("ALARM");
    await lab.setState("unhealthy", "ALARM");
    await lab.setState("errors", "ALARM");
    expect(await lab.state("green")).toBe("OK");
  });

  test("SetAlarmState on it lasts until a child changes", async () => {
    const lab = await twoChildren();
    await lab.putRule("green", "ALARM(errors)");
    await lab.setState("green", "ALARM");
    await lab.clock.advance(5 * MINUTE);
    expect(await lab.state("green")).toBe("ALARM");
    await lab.setState("errors", "OK");
    expect(await lab.state("green")).toBe("OK");
  });
});

test("a share of the children: two of three", async () => {
  const lab = await twoChildren();
  await lab.putAlarm("slow");
  await lab.putRule("green", "AT_LEAST(60%, ALARM, (errors, unhealthy, slow))");
  await lab.setState("slow", "ALARM");
  expect(await lab.state("green")).toBe("OK");
  await lab.setState("errors", "ALARM");
  expect(await lab.state("green")).toBe("ALARM");
});

test("an alarm is a child of 150 composites at most, and each may still be updated", async () => {
  const lab = await twoChildren();
  for (let index = 0; index < 150; index++) await lab.putRule(`parent-${index}`, "ALARM(errors)");
  await expect(lab.putRule("one-more", "ALARM(errors)")).rejects.toThrow("150 composite alarms");
  await lab.putRule("parent-0", "OK(errors)");
});

test("a chain of composites turns as one", async () => {
  const lab = await twoChildren();
  await lab.putRule("one", "ALARM(errors)");
  await lab.putRule("two", "ALARM(one)");
  await lab.putRule("three", "NOT ALARM(two)");
  await lab.setState("errors", "ALARM");
  expect([await lab.state("one"), await lab.state("two"), await lab.state("three")]).toEqual([
    "ALARM",
    "ALARM",
    "OK",
  ]);
});

test("a cycle neither hangs nor can be deleted until it is broken", async () => {
  const lab = await twoChildren();
  await lab.putRule("a", "ALARM(errors)");
  await lab.putRule("b", "NOT ALARM(a)");
  await lab.putRule("a", "ALARM(b) OR ALARM(errors)");
  await lab.setState("errors", "ALARM");
  await lab.setState("errors", "OK");
  await lab.setState("b", "OK");
  expect(await lab.refusal("DeleteAlarms", { AlarmNames: ["a"] })).toBe(
    "ValidationError: Cannot delete a as there are composite alarm(s) depending on it.",
  );
  await lab.putRule("a", "FALSE");
  await lab.call("DeleteAlarms", { AlarmNames: ["b"] });
  await lab.call("DeleteAlarms", { AlarmNames: ["a"] });
  expect(await lab.state("a")).toBe("none");
});

describe("refused", () => {
  test.each([
    ["ALARM(nobody) OR OK(errors)", "Could not save the composite alarm as alarms [nobody] in the"],
    ["ALARM(errors", "AlarmRule must be a valid rule expression"],
    ["", "Member must have length greater than or equal to 1"],
    [" ALARM(errors)", "AlarmRule must not contain leading or trailing whitespace or be null"],
  ])("%s", async (rule, message) => {
    const lab = await twoChildren();
    const refusal = await lab.refusal("PutCompositeAlarm", { AlarmName: "green", AlarmRule: rule });
    expect(refusal).toMatch(/^ValidationError: /);
    expect(refusal).toContain(message);
  });

  test("a name that an alarm of the other kind has", async () => {
    const lab = await twoChildren();
    await lab.putRule("green", "ALARM(errors)");
    expect(
      await lab.refusal("PutCompositeAlarm", { AlarmName: "errors", AlarmRule: "TRUE" }),
    ).toMatch(/^ValidationError/);
    await expect(lab.putAlarm("green")).rejects.toThrow("another type");
  });
});

describe("DeleteAlarms", () => {
  test("a child cannot go before its composite", async () => {
    const lab = await twoChildren();
    await lab.putRule("green", "ALARM(errors) OR ALARM(unhealthy)");
    expect(await lab.refusal("DeleteAlarms", { AlarmNames: ["errors", "unhealthy"] })).toBe(
      "ValidationError: Cannot delete errors,unhealthy as there are composite alarm(s) depending on " +
        "them.",
    );
    await lab.call("DeleteAlarms", { AlarmNames: ["green"] });
    await lab.call("DeleteAlarms", { AlarmNames: ["errors", "unhealthy"] });
    expect(await lab.alarms()).toEqual({ MetricAlarms: [], CompositeAlarms: [] });
  });

  test("the known go, the unknown are named, the history stays", async () => {
    const lab = await twoChildren();
    expect(await lab.refusal("DeleteAlarms", { AlarmNames: ["errors", "nobody"] })).toBe(
      "ResourceNotFound: Alarms nobody do not exist",
    );
    expect(await lab.state("errors")).toBe("none");
    expect((await lab.history("errors")).map(({ HistorySummary }) => HistorySummary)).toEqual([
      `Alarm "errors" created`,
      `Alarm "errors" deleted`,
    ]);
  });

  test("one composite alarm at most", async () => {
    const lab = await twoChildren();
    await lab.putRule("a", "TRUE");
    await lab.putRule("b", "TRUE");
    expect(await lab.refusal("DeleteAlarms", { AlarmNames: ["a", "b"] })).toMatch(
      /^ValidationError: .*one composite/,
    );
  });
});
