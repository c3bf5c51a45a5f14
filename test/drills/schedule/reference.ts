/** The slow way to a schedule's fires: a walk through a zone, minute by minute, by Intl alone. */
import type { Gap, Overlap } from "../../../drills/schedule/occurrences.ts";

/** Null stands for `*`. */
export interface Fields {
  readonly minutes: readonly number[] | null;
  readonly hours: readonly number[] | null;
  readonly daysOfMonth: readonly number[] | null;
  readonly months: readonly number[] | null;
  readonly daysOfWeek: readonly number[] | null;
}

export function textOf(fields: Fields): string {
  const { minutes, hours, daysOfMonth, months, daysOfWeek } = fields;
  return [minutes, hours, daysOfMonth, months, daysOfWeek]
    .map((list) => list?.join(",") ?? "*")
    .join(" ");
}

const MINUTE_MS = 60_000;

/** Fires after `fromMs` up to `toMs`, both on whole minutes, in zones whose offsets are whole minutes. */
export function walk(
  fields: Fields,
  zone: string,
  policy: { readonly gap: Gap; readonly overlap: Overlap },
  range: { readonly fromMs: number; readonly toMs: number },
): number[] {
  const wallAt = wallReader(zone);
  const fired: number[] = [];
  const shown = new Set<number>();
  // Two days earlier, to know what the clocks have shown already.
  let before = wallAt(range.fromMs - 2 * 1_440 * MINUTE_MS - MINUTE_MS);
  for (let at = range.fromMs - 2 * 1_440 * MINUTE_MS; at <= range.toMs; at += MINUTE_MS) {
    const wall = wallAt(at);
    let fires = matches(fields, wall) && (policy.overlap === "twice" || !shown.has(wall));
    for (let skipped = before + MINUTE_MS; skipped < wall; skipped += MINUTE_MS) {
      if (policy.gap === "next" && matches(fields, skipped)) fires = true;
    }
    shown.add(wall);
    before = wall;
    if (fires && at > range.fromMs) fired.push(at);
  }
  return fired;
}

function matches(fields: Fields, wallMs: number): boolean {
  const wall = new Date(wallMs);
  const { daysOfMonth, daysOfWeek } = fields;
  const dayOfMonth = has(daysOfMonth, wall.getUTCDate());
  const dayOfWeek = has(daysOfWeek, wall.getUTCDay());
  const either = daysOfMonth !== null && daysOfWeek !== null;
  return (
    has(fields.minutes, wall.getUTCMinutes()) &&
    has(fields.hours, wall.getUTCHours()) &&
    has(fields.months, wall.getUTCMonth() + 1) &&
    (either ? dayOfMonth || dayOfWeek : dayOfMonth && dayOfWeek)
  );
}

function has(list: readonly number[] | null, value: number): boolean {
  return list === null || list.includes(value);
}

/** What a zone's clock shows, as the milliseconds at which UTC shows it. */
export function wallReader(zone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "medium",
  });
  return (ms) => Date.parse(`${format.format(ms).replace(" ", "T")}Z`);
}
