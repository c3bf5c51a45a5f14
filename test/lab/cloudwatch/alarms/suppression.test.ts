/** The state machine of suppression alone: every event in every state. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextSuppression } from "../../../../lab/cloudwatch/alarms/suppression.ts";
import type {
  Suppression,
  SuppressionInput,
} from "../../../../lab/cloudwatch/alarms/suppression.ts";

const SETTINGS = { waitSeconds: 120, extensionSeconds: 180 };
const NOW = 1_000_000;
const ALARM: Suppression = { by: "Alarm" };
const WAIT: Suppression = { by: "WaitPeriod", untilMs: NOW + 120_000 };
const OLD_WAIT: Suppression = { by: "WaitPeriod", untilMs: NOW + 1 };
const EXTENSION: Suppression = { by: "ExtensionPeriod", untilMs: NOW + 180_000 };
const OLD_EXTENSION: Suppression = { by: "ExtensionPeriod", untilMs: NOW + 1 };
const ENDED: Suppression = { by: "WaitPeriod", untilMs: NOW };

const transition = (suppressorInAlarm: boolean): SuppressionInput => ({
  kind: "transition",
  suppressorInAlarm,
});
const suppressor = (suppressorInAlarm: boolean): SuppressionInput => ({
  kind: "suppressor",
  suppressorInAlarm,
});
const replaced = (suppressorInAlarm: boolean): SuppressionInput => ({
  kind: "replaced",
  suppressorInAlarm,
});
const CLOCK: SuppressionInput = { kind: "clock" };

describe.each<[string, Suppression | undefined, readonly (Suppression | undefined)[]]>([
  // transition: OK, ALARM; suppressor: OK, ALARM; replaced: OK, ALARM; clock
  ["nothing", undefined, [WAIT, ALARM, undefined, undefined, undefined, undefined, undefined]],
  ["Alarm", ALARM, [WAIT, ALARM, EXTENSION, ALARM, undefined, ALARM, ALARM]],
  ["WaitPeriod", OLD_WAIT, [WAIT, ALARM, OLD_WAIT, ALARM, undefined, ALARM, OLD_WAIT]],
  [
    "ExtensionPeriod",
    OLD_EXTENSION,
    [WAIT, ALARM, OLD_EXTENSION, ALARM, undefined, ALARM, OLD_EXTENSION],
  ],
  ["a period at its end", ENDED, [WAIT, ALARM, ENDED, ALARM, undefined, ALARM, undefined]],
])("from %s", (_, current, expected) => {
  const inputs = [
    transition(false),
    transition(true),
    suppressor(false),
    suppressor(true),
    replaced(false),
    replaced(true),
    CLOCK,
  ];
  test.each(inputs.map((input, index) => [input, expected[index]] as const))(
    "%j",
    (input, next) => {
      expect(nextSuppression(current, input, SETTINGS, NOW)).toEqual(next);
    },
  );
});

test("periods of no length are none", () => {
  const none = { waitSeconds: 0, extensionSeconds: 0 };
  expect(nextSuppression(undefined, transition(false), none, NOW)).toBeUndefined();
  expect(nextSuppression(ALARM, suppressor(false), none, NOW)).toBeUndefined();
});

test("whatever happens, without another transition it ends when both periods have passed", () => {
  const event = fc.oneof(
    fc.boolean().map(suppressor),
    fc.constant(CLOCK),
    fc.boolean().map(transition),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(event, fc.nat(300_000))), (events) => {
      let nowMs = NOW;
      let state: Suppression | undefined;
      for (const [input, ms] of events) {
        nowMs += ms;
        state = nextSuppression(state, CLOCK, SETTINGS, nowMs);
        state = nextSuppression(state, input, SETTINGS, nowMs);
      }
      state = nextSuppression(state, suppressor(false), SETTINGS, nowMs);
      expect(nextSuppression(state, CLOCK, SETTINGS, nowMs + 180_000)).toBeUndefined();
    }),
  );
});
