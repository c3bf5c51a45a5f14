/**
 * Steady open-loop HTTP load: requests leave at their rate whether or not answers come. When too
 * many are under way the next ones are not sent, and counted as such, instead of waiting.
 */
import { Pool } from "undici";
import type { Cancel, Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { errorCode } from "../../base/errno.ts";
import { Slot } from "../../guard/slot.ts";
import { SLOT_HEADER } from "../../sidecar/lease.ts";
import {
  type LoadJudging,
  LoadRecorder,
  type LoadSnapshot,
  type RecentCounts,
} from "./loadRecorder.ts";
import { nominalSpan } from "../wait.ts";

export interface Load {
  snapshot(): LoadSnapshot;
  /** Responses completed in the last `wallMs` (up to 4096 of them). */
  recent(wallMs: number): RecentCounts;
  /** By slot, of the same: wall milliseconds, null for a slot without an answer. */
  p99(wallMs: number): Readonly<Record<Slot, number | null>>;
  /** Wall time of the first bad response completed at or after `wallMs`; null when there is none. */
  firstBadSince(wallMs: number): number | null;
  /** Sends no more, drops what is under way, and leaves no timer and no socket. */
  stop(): Promise<void>;
}

/** How a drill's requests are, for a fault that is not about all of them alike. */
export interface LoadShape {
  /** Kinds of requests and their fraction of all; the rest asks for the environment's own path. */
  readonly mix?: readonly {
    readonly share: number;
    readonly path?: string;
    readonly headers?: Readonly<Record<string, string>>;
  }[];
  /** Wall milliseconds that a client waits for an answer. @default 10000, beside the fault's delay */
  readonly patienceWallMs?: number;
}

export interface LoadOptions {
  readonly clock: Clock;
  readonly url: string;
  /** Wall seconds, whatever the clock's speed: requests are work, not waiting. */
  readonly requestsPerSecond: number;
  readonly judging: LoadJudging;
  /** @default all requests alike */
  readonly shape?: LoadShape;
  /** Requests that would exceed it are not sent. @default 64, or what the fault's delay asks for */
  readonly maxInFlight?: number;
  /** Wall milliseconds after which a request without an answer is bad, beside the fault's delay. @default 10000 */
  readonly timeoutWallMs?: number;
}

/** Sockets are finite, however long a fault holds requests back. */
const MOST_IN_FLIGHT = 4_096;

/**
 * Enough for the load to go on leaving at its rate while every answer is late, and a second of room:
 * a load that a fault throttles would hide the fault from alarms that need requests to decide.
 */
function roomFor(requestsPerSecond: number, slowsByMs: number): number {
  const waiting = Math.ceil(requestsPerSecond * (slowsByMs / 1000 + 1));
  return Math.min(MOST_IN_FLIGHT, Math.max(64, waiting));
}

/** Wall milliseconds between two batches of requests. */
const TICK_WALL_MS = 10;

export function startLoad(options: LoadOptions): Load {
  const { clock, requestsPerSecond, judging, shape = {} } = options;
  const waitsMs = Math.max(judging.slowsByMs, shape.patienceWallMs ?? 0);
  const { maxInFlight = roomFor(requestsPerSecond, waitsMs) } = options;
  const timeoutWallMs =
    (shape.patienceWallMs ?? options.timeoutWallMs ?? 10_000) + judging.slowsByMs;
  const url = new URL(options.url);
  const pool = new Pool(url.origin, {
    connections: maxInFlight,
    headersTimeout: timeoutWallMs,
    bodyTimeout: timeoutWallMs,
    connect: { timeout: timeoutWallMs },
  });
  const recorder = new LoadRecorder(judging);
  const startedMs = clock.wall();
  const kindOf = dealer(shape);
  let due = 0;
  let stopped = false;
  let cancel: Cancel | undefined;

  const send = async ({ path, headers }: RequestKind): Promise<void> => {
    const startedWallMs = clock.wall();
    recorder.sent();
    let answer: { status: number | null; headers: HeaderBag; error: string | null };
    try {
      const response = await pool.request({
        method: "GET",
        path: path ?? `${url.pathname}${url.search}`,
        ...(headers ? { headers } : {}),
      });
      await response.body.dump();
      answer = { status: response.statusCode, headers: response.headers, error: null };
    } catch (error) {
      answer = { status: null, headers: {}, error: errorCode(error) ?? messageOf(error) };
    }
    if (stopped) return;
    recorder.completed({
      startedWallMs,
      completedWallMs: clock.wall(),
      status: answer.status,
      slot: slotOf(answer.headers),
      error: answer.error,
    });
  };

  const tick = (): void => {
    const target = Math.floor(((clock.wall() - startedMs) * requestsPerSecond) / 1000);
    for (; due < target; due++) {
      if (recorder.inFlight < maxInFlight) void send(kindOf(due));
      else recorder.notSent();
    }
    arm();
  };
  const arm = (): void => {
    cancel = clock.schedule(clock.now() + nominalSpan(clock, TICK_WALL_MS), tick);
  };
  arm();

  return {
    snapshot: () => recorder.snapshot(),
    recent: (wallMs) => recorder.recent(clock.wall() - wallMs),
    p99: (wallMs) => recorder.p99(clock.wall() - wallMs),
    firstBadSince: (wallMs) => recorder.firstBadSince(wallMs),
    async stop() {
      stopped = true;
      cancel?.();
      await pool.destroy();
    },
  };
}

interface RequestKind {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Deals the kinds out evenly, so that any stretch of requests has them in their fractions. */
export function dealer({ mix = [] }: LoadShape): (index: number) => RequestKind {
  return (index) => {
    let before = 0;
    // Each kind has the slice of [0, 1) behind the one before it; the golden ratio spreads the draws.
    const draw = (index * 0.618_033_988_749_895) % 1;
    for (const kind of mix) {
      if (draw < before + kind.share) return kind;
      before += kind.share;
    }
    return {};
  };
}

type HeaderBag = Readonly<Record<string, string | string[] | undefined>>;

function headerOf(headers: HeaderBag, name: string): string | null {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

function slotOf(headers: HeaderBag): Slot | null {
  const value = headerOf(headers, SLOT_HEADER);
  return value === Slot.Blue || value === Slot.Green ? value : null;
}
