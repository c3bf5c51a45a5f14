/** An alarm's actions, each under the policy of what it acts on. */
import { beforeEach, describe, expect, test } from "vitest";
import { alarmActions } from "../../lab/alarmActions.ts";
import type { AlarmEvent } from "../../lab/cloudwatch/ports.ts";
import type { InvokeOutcome, Invoker } from "../../lab/lambda/ports.ts";
import type { Publisher } from "../../lab/sns/policy.ts";

const ALARM = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:checkout-green";
const GUARD = "arn:aws:lambda:us-east-1:000000000000:function:guard";
const TOPIC = "arn:aws:sns:us-east-1:000000000000:news";
const atMs = Date.parse("2026-03-14T09:26:53Z");

const event: AlarmEvent = {
  alarmName: "checkout-green",
  alarmArn: ALARM,
  state: { value: "ALARM", reason: "Threshold Crossed", timestampMs: atMs },
  previousState: { value: "OK", reason: "fine", timestampMs: atMs - 60_000 },
  configuration: { kind: "composite", alarmRule: "TRUE", triggeringChildren: [] },
  configurationUpdatedMs: atMs - 120_000,
  okActions: [],
  alarmActions: [GUARD, TOPIC],
  insufficientDataActions: [],
};

let invoked: { arn: string; payload: unknown; invoker: Invoker }[];
let published: { arn: string; message: object; publisher: Publisher | undefined }[];
let outcome: InvokeOutcome;
beforeEach(() => {
  invoked = [];
  published = [];
  outcome = { ok: true };
});

const actions = alarmActions(
  {
    invokeAsync: (arn, payload, invoker) => {
      invoked.push({ arn, payload, invoker });
      return Promise.resolve(outcome);
    },
  },
  {
    publish: (arn, message, publisher) => {
      published.push({ arn, message, publisher });
      return outcome;
    },
  },
);

test("a function is invoked as by CloudWatch alarms, on behalf of the alarm", async () => {
  expect(await actions.perform(GUARD, event)).toEqual({ ok: true });
  expect(invoked).toMatchObject([
    {
      arn: GUARD,
      payload: { source: "aws.cloudwatch", alarmArn: ALARM, accountId: "000000000000" },
      invoker: {
        principal: "lambda.alarms.cloudwatch.amazonaws.com",
        sourceArn: ALARM,
        sourceAccount: "000000000000",
      },
    },
  ]);
});

test("a topic is published to as by CloudWatch, on behalf of the alarm", async () => {
  expect(await actions.perform(TOPIC, event)).toEqual({ ok: true });
  expect(published).toMatchObject([
    {
      arn: TOPIC,
      message: {
        Subject: expect.stringContaining("checkout-green"),
        Message: expect.stringContaining('"NewStateValue":"ALARM"'),
      },
      publisher: { principal: "cloudwatch.amazonaws.com", sourceArn: ALARM },
    },
  ]);
});

describe("what goes wrong is an outcome", () => {
  test.each([GUARD, TOPIC])("%s refuses", async (arn) => {
    outcome = { ok: false, error: "AccessDeniedException: no" };
    expect(await actions.perform(arn, event)).toEqual(outcome);
  });

  test("no such kind of action", async () => {
    const arn = "arn:aws:automate:us-east-1:ec2:stop";
    expect(await actions.perform(arn, event)).toEqual({
      ok: false,
      error: `the lab performs no alarm action on ${arn}`,
    });
  });
});
