/** What an impact took of an error budget: of its requests where their rate is known, of its time at most. */
import { formatDuration } from "../../../base/duration.ts";
import type { Impact } from "./incident.ts";

export interface Objective {
  /** Good requests of all, in percent: above 0, below 100. */
  readonly percent: number;
  readonly windowMs: number;
  /** What nobody gave. */
  readonly assumed: readonly ("--slo" | "--window")[];
}

export const DEFAULT_OBJECTIVE = { percent: 99.9, windowMs: 30 * 86_400_000 } as const;

export interface BudgetUse {
  /** Bad requests that the whole window allows at the rate that was seen. */
  readonly allowed: number;
  /** Fraction of them that failed here. */
  readonly share: number;
}

/** Null without a rate: no requests, or nobody knows over how long they came. */
export function budgetUse(impact: Impact, objective: Objective): BudgetUse | null {
  const { requests, failed, spanMs } = impact;
  if (spanMs === null || spanMs <= 0 || requests === 0) return null;
  const inWindow = (requests / spanMs) * objective.windowMs;
  const allowed = (inWindow * (100 - objective.percent)) / 100;
  return { allowed, share: failed / allowed };
}

/** Milliseconds of a total outage that the window allows. */
export function allowedOutageMs({ percent, windowMs }: Objective): number {
  return (windowMs * (100 - percent)) / 100;
}

/** What a reader needs to know of the budget: figures, then what they assume. */
export function budgetSentences(impact: Impact, objective: Objective): string[] {
  const { percent, windowMs, assumed } = objective;
  const use = budgetUse(impact, objective);
  const outageMs = allowedOutageMs(objective);
  const goal = `${percent} % of requests good over ${days(windowMs)}`;
  const ofRequests =
    use === null
      ? "What it took of the budget in requests is not known: nobody knows at which rate they came."
      : `In requests: ${impact.failed} of the ${Math.round(use.allowed)} bad ones that ${days(windowMs)} ` +
        `allow, which is ${percentOf(use.share)} of the error budget.`;
  const ofTime =
    impact.badForMs === null
      ? []
      : [
          `In time: bad responses came over ${formatDuration(impact.badForMs)} at most, which is ` +
            `${percentOf(impact.badForMs / outageMs)} of the ${formatDuration(outageMs)} that ` +
            "a total outage may last; this bound takes every request between the first and the last bad one for bad.",
        ];
  return [
    `Objective: ${goal}${assumed.length === 0 ? "" : ` (assumed: no ${assumed.join(" and no ")} was given)`}.`,
    ofRequests,
    ...ofTime,
    ...(use === null
      ? []
      : [
          "Assumed: the rate that was seen here holds for the whole window, and a failed request is what counts as bad.",
        ]),
  ];
}

function days(ms: number): string {
  const count = ms / 86_400_000;
  return Number.isInteger(count) ? `${count} ${count === 1 ? "day" : "days"}` : formatDuration(ms);
}

/** Three figures. */
export function percentOf(share: number): string {
  if (share === 0) return "0 %";
  const percent = share * 100;
  return `${percent >= 1000 ? Math.round(percent) : Number(percent.toPrecision(3))} %`;
}
