import { describe, expect, test } from "vitest";
import { BackoutError } from "../../../base/errors.ts";
import {
  type EnvironmentRecord,
  initialRecord,
  latched,
  promoted,
  shiftBegun,
  shiftDone,
} from "../../../guard/record.ts";
import { NO_HOOKS } from "../../../guard/rollout/hooks.ts";
import { noRollout } from "../../../guard/rollout/noRollout.ts";

const NOW_MS = Date.parse("2026-01-01T12:00:00.000Z");
const ago = (seconds: number): string => new Date(NOW_MS - 1_000 * seconds).toISOString();

const idle = initialRecord("checkout");
const baking = shiftDone(
  shiftBegun(idle, "green", {
    openWriteUntil: null,
    armedAt: null,
    rollout: {
      id: "r1",
      release: "shop:2",
      steps: [{ weight: 100, bakeMs: 0, gate: false }],
      onBad: "revert",
      minimumRequests: 0,
      decideWithinMs: 1,
      onDeadline: "abort",
      warmMs: 1,
      startedAt: ago(900),
      step: 0,
      stepAt: null,
      paused: null,
      approved: false,
      hooks: NO_HOOKS,
    },
  }),
);
const ARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:checkout-green-errors";
const reverted = latched(baking, "green", "blue", {
  id: "v1",
  reason: `slot green alarms: ${ARN} transitioned to ALARM`,
  at: ago(250),
});

describe("without a rollout a person is told what became of it, and what to do", () => {
  test.each<[string, EnvironmentRecord, RegExp, RegExp]>([
    ["none ever", idle, /^environment "checkout" has no rollout in progress$/, /^begin one with/],
    [
      "one that was reverted",
      reverted,
      /to shop:2, was reverted 4 minutes ago: slot green alarms: checkout-green-errors transitioned/,
      /slot green is latched: .*env unlatch checkout.*rollout start checkout/,
    ],
    [
      "one that was promoted",
      promoted(baking, "shop:1", ago(-60), ago(1)),
      /was promoted 1 second ago/,
      /env rollback checkout` goes back.*rollout start checkout/,
    ],
    [
      "one of last week, and the latch is cleared",
      {
        ...latched(baking, "green", "blue", { id: "v1", reason: "bad", at: ago(604_800) }),
        latch: null,
      },
      /was reverted 7 days ago: bad/,
      /^begin one with/,
    ],
    [
      "a shift without steps",
      shiftDone(shiftBegun(idle, "green", { openWriteUntil: null, armedAt: null })),
      /no rollout in progress$/,
      /slot green has traffic without a rollout.*env rollback checkout/,
    ],
  ])("%s", (_what, record, message, fix) => {
    const error = noRollout(record, NOW_MS);
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/arn:|\dT\d/);
    expect(error).toMatchObject({ kind: "environment", fix: expect.stringMatching(fix) });
    expect(error).toBeInstanceOf(BackoutError);
  });
});
