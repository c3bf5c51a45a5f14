/** Why an alarm is in its state, in CloudWatch's own words and in its JSON. */
import { timestamp } from "../payloads.ts";
import type { AlarmState, StateValue } from "../ports.ts";
import type { AlarmDatapoint, AlarmSettings, Comparison, Decision } from "./decide.ts";

const WORDS: Readonly<Record<Comparison, string>> = {
  GreaterThanThreshold: "greater than",
  GreaterThanOrEqualToThreshold: "greater than or equal to",
  LessThanThreshold: "less than",
  LessThanOrEqualToThreshold: "less than or equal to",
};

export const CREATED = "Unchecked: Initial alarm creation";

export interface ReasonContext {
  readonly nowMs: number;
  readonly periodSeconds: number;
  /** Missing for an alarm on an expression. */
  readonly statistic?: string | undefined;
  readonly unit?: string | undefined;
}

/** The state that a decision leads to, coming from `previous`. */
export function stateOf(
  decision: Decision,
  settings: AlarmSettings,
  previous: StateValue,
  context: ReasonContext,
): AlarmState {
  return {
    value: decision.state,
    reason: reasonText(decision, settings, previous),
    reasonData: reasonData(decision, settings, context),
    timestampMs: context.nowMs,
  };
}

function reasonText(decision: Decision, settings: AlarmSettings, previous: StateValue): string {
  const { state, evaluated, breaching, filled } = decision;
  const { evaluationPeriods: n, datapointsToAlarm: m } = settings;
  if (state === "INSUFFICIENT_DATA")
    return `Insufficient Data: ${plural(n, "datapoint")} ${n === 1 ? "was" : "were"} unknown.`;

  const treatedAs = { breaching: "Breaching", notBreaching: "NonBreaching" } as const;
  const treatment = settings.treatMissingData;
  const stoodIn =
    filled > 0 && (treatment === "breaching" || treatment === "notBreaching")
      ? `${plural(filled, "missing datapoint")} ${filled === 1 ? "was" : "were"} treated as ` +
        `[${treatedAs[treatment]}]`
      : "";
  const needed = state === "ALARM" ? m : n - m + 1;
  const minimum =
    previous === "INSUFFICIENT_DATA"
      ? ""
      : ` (minimum ${plural(needed, "datapoint")} for ${previous} -> ${state} transition)`;
  if (evaluated.length === 0)
    return (
      `Threshold Crossed: no datapoints were received for ${plural(n, "period")}` +
      `${stoodIn === "" ? "" : ` and ${stoodIn}`}.`
    );

  const within = evaluated.filter((datapoint) => !breaching.includes(datapoint));
  const deciding = state === "ALARM" ? breaching : within;
  const told = deciding.length > 0 ? deciding : evaluated;
  const not = told === within || (told === evaluated && breaching.length === 0) ? "not " : "";
  const shown = told
    .toReversed()
    .map(({ value = NaN, startMs }) => `${decimal(value)} (${shortTime(startMs)})`)
    .join(", ");
  return (
    `Threshold Crossed: ${told.length} out of the last ${n} datapoints ` +
    `[${shown}] ${told.length === 1 ? "was" : "were"} ${not}${WORDS[settings.comparison]} the ` +
    `threshold (${decimal(settings.threshold)})${stoodIn === "" ? "" : ` and ${stoodIn}`}${minimum}.`
  );
}

function reasonData(
  { evaluated }: Decision,
  settings: AlarmSettings,
  { nowMs, periodSeconds, statistic, unit }: ReasonContext,
): string {
  const first = evaluated[0];
  return JSON.stringify({
    version: "1.0",
    queryDate: timestamp(nowMs),
    ...(first ? { startDate: timestamp(first.startMs) } : {}),
    ...(unit === undefined ? {} : { unit }),
    ...(statistic === undefined ? {} : { statistic }),
    period: periodSeconds,
    recentDatapoints: evaluated.map(({ value }) => value),
    threshold: settings.threshold,
    evaluatedDatapoints: evaluated.toReversed().map(evaluatedDatapoint),
  });
}

function evaluatedDatapoint({ startMs, value, sampleCount }: AlarmDatapoint): object {
  return {
    timestamp: timestamp(startMs),
    ...(sampleCount === undefined ? {} : { sampleCount }),
    value,
  };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `99.5`, `50.0`: a whole number is written with one decimal. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** `02/10/19 16:59:00` */
function shortTime(ms: number): string {
  const [date = "", time = ""] = new Date(ms).toISOString().split("T");
  const [year = "", month, day] = date.split("-");
  return `${day}/${month}/${year.slice(2)} ${time.slice(0, 8)}`;
}
