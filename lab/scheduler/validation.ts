/** What a schedule may be: the checks of CreateSchedule and UpdateSchedule. Pure. */
import type * as Sdk from "@aws-sdk/client-scheduler";
import { DEFAULT_RETRY } from "../events/retry.ts";
import { nextDue, parseExpression } from "../events/schedule/expression.ts";
import type { Expression } from "../events/schedule/expression.ts";
import { isZone, UTC } from "../../base/zone.ts";
import { ACCOUNT_ID, REGION } from "../service.ts";
import { notImplemented, refuseUnsupported } from "../supported.ts";
import { constraint, invalid } from "../events/errors.ts";
import { ecsTargetOf } from "./ecsTarget.ts";
import type { ScheduleTarget, Timing } from "./store.ts";

const MINUTE_MS = 60_000;
/** A day, the longest window. */
const LONGEST_WINDOW_MINUTES = 1440;

type Input = Sdk.CreateScheduleInput | Sdk.UpdateScheduleInput;

/** 1 to 64 of letters, digits, `.`, `-` and `_`. */
export function nameOf(value: string | undefined, member = "name"): string {
  if (value !== undefined && /^[0-9a-zA-Z-_.]{1,64}$/.test(value)) return value;
  throw constraint(
    value,
    member,
    "Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$ (1 to 64 characters)",
  );
}

/** `olds` is what the schedule had before: a rate that stays as it is keeps its beat. */
export function timingOf(input: Input, olds: Timing | undefined, nowMs: number): Timing {
  const text = input.ScheduleExpression ?? "";
  const expression = parseExpression(text);
  if (!expression) throw invalid(`Invalid Schedule Expression ${text}.`);
  const zone = input.ScheduleExpressionTimezone ?? UTC;
  if (!isZone(zone)) throw invalid(`Invalid ScheduleExpressionTimezone ${zone}.`);
  const [startMs, endMs] = [input.StartDate?.getTime(), input.EndDate?.getTime()];
  const same = olds?.text === text && olds.zone === zone && olds.startMs === startMs;
  if (!same) checkDue(text, expression, zone, nowMs);
  if (expression.kind !== "at") checkDates(startMs, endMs, same, nowMs);
  return {
    text,
    expression,
    zone,
    startMs,
    endMs,
    anchorMs: same ? olds.anchorMs : nowMs,
    windowMinutes: windowOf(input.FlexibleTimeWindow),
  };
}

/** AWS does not say what becomes of a one-time schedule in the past; the lab refuses it. */
function checkDue(text: string, expression: Expression, zone: string, nowMs: number): void {
  if (nextDue(expression, nowMs - 1, { anchorMs: nowMs, zone }) === undefined) {
    throw invalid(`Invalid Schedule Expression ${text}: it is never due.`);
  }
}

function checkDates(
  startMs: number | undefined,
  endMs: number | undefined,
  same: boolean,
  nowMs: number,
): void {
  if (!same && startMs !== undefined && startMs < nowMs - 5 * MINUTE_MS) {
    throw invalid("The StartDate you specify cannot be earlier than 5 minutes ago.");
  }
  if (endMs !== undefined && endMs <= Math.max(nowMs, startMs ?? 0)) {
    throw invalid("The EndDate you specify must come after the StartDate and after now.");
  }
}

function windowOf(window: Sdk.FlexibleTimeWindow | undefined): number {
  const minutes = window?.MaximumWindowInMinutes;
  if (window?.Mode === "OFF") {
    if (minutes === undefined) return 0;
    throw invalid("MaximumWindowInMinutes must be left out when the window's Mode is OFF.");
  }
  if (window?.Mode !== "FLEXIBLE") {
    throw constraint(
      window?.Mode,
      "flexibleTimeWindow.mode",
      "Member must satisfy enum value set: [OFF, FLEXIBLE]",
    );
  }
  if (minutes !== undefined && minutes >= 1 && minutes <= LONGEST_WINDOW_MINUTES) return minutes;
  throw constraint(
    minutes,
    "flexibleTimeWindow.maximumWindowInMinutes",
    `Member must be between 1 and ${LONGEST_WINDOW_MINUTES}`,
  );
}

export function targetOf(operation: string, target: Sdk.Target | undefined): ScheduleTarget {
  if (!target) throw constraint(undefined, "target", "Member must not be null");
  refuseUnsupported(operation, target, ["Arn", "RoleArn", "Input", "RetryPolicy", "EcsParameters"]);
  const arn = targetArn(operation, target.Arn);
  const roleArn = target.RoleArn ?? "";
  if (!/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(roleArn)) {
    throw constraint(roleArn, "target.roleArn", "Member must be the ARN of a role");
  }
  const retry = target.RetryPolicy;
  between(retry?.MaximumRetryAttempts, "maximumRetryAttempts", 0, 185);
  between(retry?.MaximumEventAgeInSeconds, "maximumEventAgeInSeconds", 60, 86_400);
  return {
    arn,
    roleArn,
    input: inputOf(arn, target.Input),
    ecs: ecsTargetOf(operation, arn.split(":")[2] ?? "", target.EcsParameters),
    retryPolicy: retry,
    retry: {
      attempts: retry?.MaximumRetryAttempts ?? DEFAULT_RETRY.attempts,
      ageSeconds: retry?.MaximumEventAgeInSeconds ?? DEFAULT_RETRY.ageSeconds,
    },
  };
}

function between(value: number | undefined, member: string, low: number, high: number): void {
  if (value === undefined || (value >= low && value <= high)) return;
  throw constraint(value, `target.retryPolicy.${member}`, `Member must be ${low} to ${high}`);
}

function targetArn(operation: string, target = ""): string {
  if (target.startsWith("arn:aws:scheduler:::aws-sdk:")) {
    throw notImplemented(operation, `universal targets such as ${target}`);
  }
  const [arn, , service = "", region, account] = target.split(":");
  if (arn !== "arn" || service === "") {
    throw constraint(target, "target.arn", "Member must be an ARN");
  }
  if (service !== "lambda" && service !== "sns" && service !== "ecs") {
    throw notImplemented(
      operation,
      `targets of ${service}: only Lambda functions, SNS topics and ECS clusters, not ${target}`,
    );
  }
  if (region === REGION && account === ACCOUNT_ID) return target;
  throw invalid(`Invalid target ${target}: it is of another region or account.`);
}

/**
 * "If you are configuring a templated Lambda [...] target, the input must be well-formed JSON." An ECS
 * target's holds the overrides of RunTask.
 */
function inputOf(arn: string, input: string | undefined): string | undefined {
  const service = arn.split(":")[2];
  if (input === undefined || service === "sns") return input;
  try {
    JSON.parse(input);
    return input;
  } catch {
    const what = service === "ecs" ? "an ECS" : "a Lambda";
    throw invalid(`The Input of ${what} target must be well-formed JSON.`);
  }
}
