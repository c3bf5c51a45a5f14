/**
 * What ends a drill from outside while it runs: the stop, and an abort alarm. Both are looked at every
 * second of wall time; what cannot be read for a while is taken for the worse.
 */
import { environmentError, messageOf, type Problem } from "../../base/errors.ts";
import { type Slot, SLOTS } from "../../guard/slot.ts";
import { signalsOf } from "../../guard/alarms.ts";
import type { AlarmReader } from "../alarms.ts";
import { type Stop, stopWords } from "../stop.ts";
import { type Clock } from "../../base/clock.ts";
import { sleepWall } from "../wait.ts";

export interface Safety {
  /** Null: drills may run. */
  stop(): Promise<Stop | null>;
  /** OK, ALARM or INSUFFICIENT_DATA; null for an alarm that does not exist. */
  alarmState(name: string): Promise<string | null>;
}

interface SafetyPorts {
  readonly clock: Clock;
  readonly alarms: AlarmReader;
  /** @default nothing stops drills, and no abort alarm can be watched */
  readonly safety?: Safety | undefined;
}

const LOOK_WALL_MS = 1_000;
/** A look that takes longer has failed. */
const LOOK_TIMEOUT_WALL_MS = 3_000;
/** Looks that fail in a row until the drill is taken to be unwatched. */
const BLIND_LOOKS = 3;

/**
 * What is wrong with an abort alarm: the drill is to trip the environment's own alarms, so that none of
 * them can abort it, and one that does not exist never would.
 *
 * @throws what reading the alarms throws
 */
export async function abortAlarmProblems(
  name: string | undefined,
  { alarms, safety }: SafetyPorts,
): Promise<Problem[]> {
  if (name === undefined) return [];
  const problem = (allowed: string, fix: string): Problem[] => [
    { field: "abortAlarm", value: name, allowed, fix },
  ];
  const own = await Promise.all(SLOTS.map((slot: Slot) => alarms.read(slot)));
  const names = own.flatMap((shown) => [shown.guard, ...signalsOf(shown)].map((one) => one.name));
  if (names.includes(name)) {
    return problem(
      "an alarm that does not revert this environment: the drill is meant to set that one off",
      "name an alarm over something that the drill must not touch, such as orders per minute",
    );
  }
  if ((await safety?.alarmState(name)) != null) return [];
  return problem("an alarm that exists", "create it, or mend its name");
}

/** @throws BackoutError `drills-stopped`, `abort-alarm-not-ok` */
export async function refuseUnsafe(
  { safety }: SafetyPorts,
  abortAlarm: string | undefined,
): Promise<void> {
  const reasons = await unsafe(safety, abortAlarm);
  const [code] = reasons;
  if (code) throw environmentError(code.code, reasons.map(({ text }) => text).join("; "), code.fix);
}

interface Unsafe {
  readonly code: "drills-stopped" | "abort-alarm-not-ok";
  readonly text: string;
  readonly fix: string;
}

/** Everything that keeps a drill from beginning. */
export async function unsafe(
  safety: Safety | undefined,
  abortAlarm: string | undefined,
): Promise<Unsafe[]> {
  const stop = await safety?.stop();
  const state = abortAlarm === undefined ? undefined : await safety?.alarmState(abortAlarm);
  return [
    ...(stop
      ? [
          {
            code: "drills-stopped" as const,
            text: stopWords(stop),
            fix: "`backout drill stop --clear` lets them run again",
          },
        ]
      : []),
    ...(abortAlarm === undefined || state === "OK"
      ? []
      : [
          {
            code: "abort-alarm-not-ok" as const,
            text: `the abort alarm ${abortAlarm} is ${state ?? "missing"}, not OK`,
            fix: "wait until it is OK",
          },
        ]),
  ];
}

export interface Watching {
  /** Aborted with the reason; also when the outer signal is. */
  readonly signal: AbortSignal;
  /** Why, when it was not the outer signal; undefined while nothing ended the drill. */
  reason(): string | undefined;
  begin(): void;
  end(): void;
}

/** Ends a drill by its signal; until `begin` only the outer signal does. */
export function watchSafety(
  { clock, safety }: SafetyPorts,
  abortAlarm: string | undefined,
  outer: AbortSignal,
): Watching {
  const abort = new AbortController();
  const over = new AbortController();
  let reason: string | undefined;
  const stopFor = (why: string): void => {
    reason ??= why;
    abort.abort(new Error(why));
    over.abort();
  };
  const watch = async (): Promise<void> => {
    let failures = 0;
    if (!safety) return;
    while (!over.signal.aborted) {
      try {
        const found = await inTime(clock, unsafe(safety, abortAlarm));
        failures = 0;
        // Whoever ended the watch meanwhile is past the point of being stopped.
        if (over.signal.aborted) return;
        if (found.length > 0) stopFor(found.map(({ text }) => text).join("; "));
      } catch (error) {
        failures++;
        if (failures >= BLIND_LOOKS && !over.signal.aborted) {
          stopFor(`stop and abort alarm cannot be read: ${messageOf(error)}`);
        }
      }
      await sleepWall(clock, LOOK_WALL_MS, over.signal).catch(() => {});
    }
  };
  return {
    signal: AbortSignal.any([abort.signal, outer]),
    reason: () => reason,
    begin: () => void watch(),
    end: () => over.abort(),
  };
}

async function inTime<T>(clock: Clock, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  try {
    return await Promise.race([
      work,
      sleepWall(clock, LOOK_TIMEOUT_WALL_MS, done.signal).then(() => {
        throw new Error("no answer in time");
      }),
    ]);
  } finally {
    done.abort();
  }
}
