/** What of a journal may be cut: pure. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { defect } from "../../base/errors.ts";
import { CUT, linkOf, PRUNED } from "./cuts.ts";
import { NO_RUN } from "./journal.ts";
import { chainLine, type JournalEntry, journalEntrySchema } from "./journalEntry.ts";
import { unfinishedRuns } from "./journalVerify.ts";

export interface PrunePlan {
  /** The whole journal as it is afterwards. */
  readonly lines: readonly string[];
  /** Entries that go, and the runs that they were of. */
  readonly entries: number;
  readonly runs: readonly string[];
  /** Older, and kept all the same: unfinished, or the newest of their kind. */
  readonly kept: readonly string[];
  /** Of every cut in `lines`, and of those that were there before: either may be what is found. */
  readonly cutHashes: readonly string[];
}

interface Stamps {
  readonly at: string;
  readonly wallAt: string;
}

const kindSchema = z.looseObject({
  record: z.looseObject({
    environment: z.string().nullish(),
    drill: z.string(),
    path: z.string().nullish(),
    verdict: z.string(),
  }),
});

/**
 * Cuts the runs whose last entry is older than `beforeWallMs`. Of each environment, drill and rollback
 * path the newest run stays, and the newest that passed; so does whatever is not finished.
 *
 * @param lines of a journal without problems
 */
export function planPrune(lines: readonly string[], beforeWallMs: number, now: Stamps): PrunePlan {
  const entries = lines.map((line) => journalEntrySchema.parse(JSON.parse(line)));
  const byRun = Map.groupBy(
    entries.filter(({ runId }) => runId !== NO_RUN),
    ({ runId }) => runId,
  );
  const isOld = (entry: JournalEntry): boolean => Date.parse(entry.wallAt) < beforeWallMs;
  const old = [...byRun].filter(([, own]) => own.every(isOld)).map(([runId]) => runId);
  const needed = new Set([...unfinishedRuns(entries), ...newest(byRun)]);
  const gone = new Set(old.filter((runId) => !needed.has(runId)));
  const signedOff = entries.findLast(({ type }) => type === PRUNED);
  const goes = (entry: JournalEntry): boolean => {
    if (entry.type === CUT) return true;
    return entry.runId === NO_RUN ? isOld(entry) && entry !== signedOff : gone.has(entry.runId);
  };

  const left: string[] = [];
  const cutHashes = entries.filter(({ type }) => type === CUT).map(({ hash }) => hash);
  let count = 0;
  for (let at = 0; at < entries.length;) {
    let end = at;
    for (let one = entries[end]; one && goes(one); one = entries[end]) end++;
    const cut = entries.slice(at, end);
    count += cut.filter(({ type }) => type !== CUT).length;
    if (cut.length === 0) {
      left.push(lines[at] ?? "");
      at++;
      continue;
    }
    const { line, hash } = cutLine(cut, lines.slice(at, end), now);
    left.push(line);
    cutHashes.push(hash);
    at = end;
  }
  const runs = [...gone];
  const kept = old.filter((runId) => needed.has(runId));
  return { lines: left, entries: count, runs, kept, cutHashes: [...new Set(cutHashes)] };
}

/** A cut of before that nothing is added to stays as it is. */
function cutLine(
  cut: readonly JournalEntry[],
  lines: readonly string[],
  { at, wallAt }: Stamps,
): { line: string; hash: string } {
  const [first] = cut;
  const last = cut.at(-1);
  if (!first || !last) throw defect("a cut of nothing");
  if (cut.length === 1 && first.type === CUT) return { line: lines[0] ?? "", hash: first.hash };
  const digest = createHash("sha256");
  for (const line of lines) digest.update(`${line}\n`);
  return chainLine({
    seq: last.seq,
    at,
    wallAt,
    runId: NO_RUN,
    type: CUT,
    from: linkOf(first).from,
    lastHash: linkOf(last).hash,
    digest: digest.digest("hex"),
    prevHash: first.prevHash,
  });
}

/** Of each environment, drill and path: the newest run with a record, and the newest that passed. */
function newest(byRun: ReadonlyMap<string, readonly JournalEntry[]>): string[] {
  const latest = new Map<string, { readonly runId: string; readonly wallAt: string }>();
  for (const [runId, own] of byRun) {
    const found = own.findLast((entry) => kindSchema.safeParse(entry).success);
    const record = kindSchema.safeParse(found).data?.record;
    if (!found || !record) continue;
    const { environment, drill, path, verdict } = record;
    const passed = verdict === "passed" ? ["any", "passed"] : ["any"];
    for (const which of passed) {
      const key = JSON.stringify([environment, drill, path, which]);
      if ((latest.get(key)?.wallAt ?? "") <= found.wallAt) {
        latest.set(key, { runId, wallAt: found.wallAt });
      }
    }
  }
  return [...latest.values()].map(({ runId }) => runId);
}
