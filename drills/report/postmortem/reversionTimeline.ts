/** When things happened in a real reversion, by whose stamp, and how long its parts took. */
import { formatDuration } from "../../../base/duration.ts";
import type { Interval, Moment } from "./incident.ts";
import { HALF_MINUTE_MS as HALF_MS } from "./minutes.ts";
import type { Told } from "./ofReversion.ts";

interface Placed {
  readonly atMs: number | null;
  readonly event: string;
  readonly source: string;
  readonly bound: string;
}

export function timelineOf(told: Told): Moment[] {
  const { stamps, trouble, verification, reversion, clock } = told;
  const guard = {
    source: "guard, its machine's clock",
    bound: `±${formatDuration(Math.max(1, clock.speed))}`,
  };
  const byWall =
    reversion.path === "sentinel" || reversion.path === "watchdog" || reversion.path === "hook";
  const seen: Placed[] = [
    {
      atMs: trouble?.firstMs ?? null,
      event: "first minute with failed requests begins",
      source: "load balancer's metrics, whole minutes",
      bound: "up to 1 m later",
    },
    {
      atMs: stamps.alarmMs,
      event: `${reversion.alarm.name} says that slot ${reversion.alarm.slot} is bad`,
      source: byWall ? reversion.path : "cloudwatch",
      bound: byWall ? guard.bound : "±1 ms",
    },
    { atMs: stamps.receivedMs, event: "the guard is called", ...guard },
    { atMs: stamps.decidedMs, event: "the guard decides", ...guard },
    { atMs: stamps.writtenMs, event: "weights written", ...guard },
    { atMs: stamps.verifiedMs, event: "weights read back", ...guard },
    {
      atMs: trouble?.untilMs ?? null,
      event: "last minute with failed requests ends",
      source: "load balancer's metrics, whole minutes",
      bound: "up to 1 m earlier",
    },
    {
      atMs: verification ? Date.parse(verification.lookedAt) : null,
      event: `verification: ${verification?.outcome}`,
      source: "guard, in the environment's clock",
      bound: "±1 m: it looks every minute",
    },
  ];
  const placed = seen.flatMap((one) => (one.atMs === null ? [] : [{ ...one, atMs: one.atMs }]));
  const zeroMs = placed[0]?.atMs ?? 0;
  return placed
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ atMs, event, source, bound }) => ({
      at: new Date(atMs).toISOString(),
      sinceMs: atMs - zeroMs,
      event,
      source,
      bound,
    }));
}

export function intervalsOf({ stamps, trouble, detectMs, clock }: Told): Interval[] {
  const { alarmMs, decidedMs, verifiedMs } = stamps;
  const lastMs = trouble && trouble.untilMs - HALF_MS;
  return [
    {
      name: "detect",
      ms: detectMs === null || detectMs < -HALF_MS ? null : Math.max(0, detectMs),
      boundMs: detectMs === null ? null : HALF_MS,
      between: "first minute with failed requests → the alarm's state",
    },
    {
      name: "decide",
      ms: between(alarmMs, decidedMs),
      boundMs: null,
      between: "the alarm's state → the guard's decision",
    },
    {
      name: "revert",
      ms: between(decidedMs, verifiedMs),
      boundMs: decidedMs === null || verifiedMs === null ? null : 2 * Math.max(1, clock.speed),
      between: "the guard's decision → weights read back",
    },
    {
      name: "recover",
      ms: lastMs === null || verifiedMs === null ? null : Math.max(0, lastMs - verifiedMs),
      boundMs: lastMs === null || verifiedMs === null ? null : HALF_MS,
      between: "weights read back → last minute with failed requests",
    },
  ];
}

/** An effect before its cause is an error of clocks, never a short time. */
function between(from: number | null, to: number | null): number | null {
  return from === null || to === null || to < from ? null : to - from;
}
