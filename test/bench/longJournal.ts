/** Writes a journal of many runs as the runner would have, without a disk flush for each entry. */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import {
  chainLine,
  GENESIS_HASH,
  HEAD_FILE,
  JOURNAL_FILE,
} from "../../drills/journal/journalEntry.ts";

export interface Written {
  readonly runId: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly atMs: number;
}

/** Bytes written. */
export function writeLongJournal(directory: string, entries: Iterable<Written>): number {
  mkdirSync(directory, { recursive: true });
  const file = openSync(join(directory, JOURNAL_FILE), "w");
  let [seq, prevHash, bytes, waiting] = [0, GENESIS_HASH, 0, ""];
  for (const { runId, type, data, atMs } of entries) {
    seq++;
    const at = new Date(atMs).toISOString();
    const { line, hash } = chainLine({ seq, at, wallAt: at, runId, type, ...data, prevHash });
    prevHash = hash;
    waiting += `${line}\n`;
    if (waiting.length > 1 << 20) {
      bytes += writeSync(file, waiting);
      waiting = "";
    }
  }
  bytes += writeSync(file, waiting);
  closeSync(file);
  writeFileSync(
    join(directory, HEAD_FILE),
    JSON.stringify({ schemaVersion: 1, seq, hash: prevHash }),
  );
  return bytes;
}

const NIGHT_MS = 86_400_000;
const EVENTS = [
  "baseline.healthy",
  "fault.injected",
  "impact.first",
  "alarm.transitioned",
  "reversion.decided",
  "weights.written",
  "weights.verified",
  "impact.last",
  "recovery.sustained",
  "fault.removed",
  "residue.none",
] as const;
const DRILLS = ["bad-release-errors", "bad-release-latency", "kill-tasks", "guard-permission"];

/** Four drills in five environments, nightly, a release a month; one in forty never recovers. */
export function* manyRuns(count: number): Generator<Written> {
  for (let n = 0; n < count; n++) {
    const startMs = Date.UTC(2010, 0, 1) + Math.floor(n / 20) * NIGHT_MS + (n % 20) * 60_000;
    yield* oneRun(n, startMs);
  }
}

function* oneRun(n: number, startMs: number): Generator<Written> {
  const runId = `run-${String(n).padStart(8, "0")}`;
  const drill = DRILLS[n % 4] ?? "";
  const environment = `checkout-${n % 5}`;
  const recovers = n % 40 !== 7;
  const totalMs = 60_000 + ((n * 7919) % 45_000);
  const written = (type: string, data: Record<string, unknown>, ms: number): Written => ({
    runId,
    type,
    data,
    atMs: startMs + ms,
  });
  const clock = { speed: 1 };
  yield written("run.started", { environment, drill, parameters: { share: 0.5 }, clock }, 0);
  const release = `v${Math.floor(n / 600)}`;
  yield written(
    "traffic.intent",
    { environment, candidate: "green", stable: "blue", release },
    100,
  );
  const timeline = EVENTS.filter((event) => recovers || /^(base|fault|impact)/.test(event)).map(
    (event, index) => {
      const at = new Date(startMs + 30_000 + (index * totalMs) / 8).toISOString();
      return { event, at, wallAt: at, source: "runner", resolutionMs: 250 };
    },
  );
  for (const [index, event] of timeline.entries()) {
    yield written(event.event, { event }, 30_000 + (index * totalMs) / 8);
  }
  const parts = { detect: totalMs - 700, decide: 400, revert: 300, recover: 0, total: totalMs };
  const none = { detect: null, decide: null, revert: null, recover: null, total: null };
  const record = {
    schemaVersion: 1,
    id: runId,
    drill,
    environment,
    fidelity: "release",
    clock,
    verdict: recovers ? "passed" : "failed",
    reason: recovers ? null : "no sustained recovery before the hold ran out",
    recovery: recovers ? "reverted" : "not-recovered",
    path: drill === "guard-permission" ? "watchdog" : "primary",
    brokenLink: null,
    timeline,
    durations: recovers ? parts : none,
    floors: { detect: 20_000, detectWorst: 190_000 },
    traffic: { requests: 9_000, errors: 400, slow: 0, weightsBefore: null, weightsAfter: null },
    objective: { total: 300_000, met: recovers },
    residue: [],
  };
  yield written("record", { record }, 200_000);
}
