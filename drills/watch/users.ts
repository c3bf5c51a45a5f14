/**
 * A drill without requests of its own: what users got, as the load balancer counted it. A minute is
 * known once it is over, and its responses count as having come at its end: nothing is seen too early.
 */
import { type Clock, every } from "../../base/clock.ts";
import type { Slot } from "../../guard/slot.ts";
import type { Load } from "./load.ts";
import type { LoadSnapshot, SlotCounts } from "./loadRecorder.ts";

/** What came in one minute. */
export interface MinuteCount {
  /** Nominal milliseconds since the epoch. */
  readonly endMs: number;
  /** `unknown`: the load balancer's own answers, which are no slot's. */
  readonly slot: Slot | "unknown";
  readonly requests: number;
  /** Of them: status 500 and above. */
  readonly errors: number;
}

export interface UserTraffic {
  /** Minutes that begin at or after `sinceMs` (nominal) and are known by now. */
  read(sinceMs: number): Promise<readonly MinuteCount[]>;
}

/** Of the environment's clock. */
const LOOK_MS = 15_000;
const MINUTE_MS = 60_000;
/** So late may a minute still become more. */
const LATE_MS = 5 * MINUTE_MS;

type Counted = Omit<MinuteCount, "endMs">;

/** Counts from the next whole minute on: what came before the drill is not its measure. */
export function watchUsers(clock: Clock, traffic: UserTraffic): Load {
  const fromMs = Math.ceil(clock.now() / MINUTE_MS) * MINUTE_MS;
  const minutes = new Map<string, MinuteCount>();
  let looking = false;

  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      const sinceMs = Math.max(fromMs, clock.now() - LATE_MS);
      const nowMs = clock.now();
      for (const minute of await traffic.read(sinceMs)) {
        if (minute.endMs > nowMs || minute.requests === 0) continue;
        minutes.set(`${minute.endMs} ${minute.slot}`, minute);
      }
    } catch {
      // What is not known now is asked for again: silence sustains nothing.
    } finally {
      looking = false;
    }
  };
  const cancel = every(clock, LOOK_MS, () => void look());

  const counted = (isIt: (one: Counted) => boolean): MinuteCount[] =>
    [...minutes.values()].filter(isIt);
  const lastOf = (found: readonly MinuteCount[]): number | null =>
    found.length === 0 ? null : clock.toWall(Math.max(...found.map(({ endMs }) => endMs)));
  const countsOf = (slot: MinuteCount["slot"]): SlotCounts => {
    const found = counted((one) => one.slot === slot);
    return {
      requests: sum(found, "requests"),
      errors: sum(found, "errors"),
      lastWallMs: lastOf(found),
    };
  };

  return {
    snapshot(): LoadSnapshot {
      const all = [...minutes.values()];
      const bad = counted(({ errors }) => errors > 0);
      const good = counted(({ requests, errors }) => requests > errors);
      const lastBad = bad.toSorted((a, b) => b.endMs - a.endMs)[0];
      return {
        requests: sum(all, "requests"),
        errors: sum(all, "errors"),
        slow: 0,
        bad: sum(all, "errors"),
        inFlight: 0,
        notSent: 0,
        bySlot: {
          blue: countsOf("blue"),
          green: countsOf("green"),
          unknown: countsOf("unknown"),
        },
        lastBadWallMs: lastOf(bad),
        lastGoodWallMs: lastOf(good),
        lastBadWas: lastBad ? `${lastBad.errors} of ${lastBad.requests} in a minute` : null,
      };
    },
    // Of two seconds a minute says nothing.
    recent: () => ({ requests: 0, errors: 0, split: { blue: 0, green: 0, unknown: 0 } }),
    p99: () => ({ blue: null, green: null }),
    firstBadSince(wallMs) {
      const ends = counted(({ errors }) => errors > 0)
        .map(({ endMs }) => clock.toWall(endMs))
        .filter((endWallMs) => endWallMs >= wallMs);
      return ends.length === 0 ? null : Math.min(...ends);
    },
    stop: async () => cancel(),
  };
}

function sum(minutes: readonly MinuteCount[], member: "requests" | "errors"): number {
  return minutes.reduce((total, minute) => total + minute[member], 0);
}
