/**
 * Cuts a journal on disk. The sign-off is appended first and the file replaced in one step: a crash in between
 * leaves everything there, and cutting again finishes it.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { environmentError } from "../../base/errors.ts";
import { PRUNED } from "./cuts.ts";
import { NO_RUN, openJournal } from "./journal.ts";
import { JOURNAL_FILE } from "./journalEntry.ts";
import { verifyJournal } from "./journalVerify.ts";
import { planPrune, type PrunePlan } from "./prunePlan.ts";

/**
 * What would be cut; writes nothing.
 *
 * @throws BackoutError `journal-broken`
 */
export function previewPrune(directory: string, olderThanMs: number, clock: Clock): PrunePlan {
  const { problems } = verifyJournal(directory);
  if (problems.length > 0) {
    throw environmentError(
      "journal-broken",
      `the journal in ${directory} is not as it was written: ` +
        problems.map(({ detail }) => detail).join("; "),
      "nothing is cut from it: keep it as it is and start a new one",
    );
  }
  return plan(directory, clock.wall() - olderThanMs, clock);
}

/**
 * Cuts it. Returns undefined when there was nothing to cut.
 *
 * @throws BackoutError as `openJournal` does
 */
export function prune(directory: string, olderThanMs: number, clock: Clock): PrunePlan | undefined {
  const beforeMs = clock.wall() - olderThanMs;
  const journal = openJournal(directory, clock);
  try {
    const planned = plan(directory, beforeMs, clock);
    if (planned.entries === 0) return undefined;
    journal.append(NO_RUN, PRUNED, {
      before: new Date(beforeMs).toISOString(),
      entries: planned.entries,
      runs: planned.runs.length,
      cuts: planned.cutHashes,
      by: `${userInfo().username} on ${hostname()}`,
    });
    const signOff = linesOf(directory).at(-1) ?? "";
    const path = join(directory, JOURNAL_FILE);
    const text = [...planned.lines, signOff].map((line) => `${line}\n`).join("");
    writeFileSync(`${path}.new`, text, { flush: true });
    renameSync(`${path}.new`, path);
    return planned;
  } finally {
    journal.close();
  }
}

function plan(directory: string, beforeMs: number, clock: Clock): PrunePlan {
  return planPrune(linesOf(directory), beforeMs, {
    at: new Date(clock.now()).toISOString(),
    wallAt: new Date(clock.wall()).toISOString(),
  });
}

function linesOf(directory: string): string[] {
  return readFileSync(join(directory, JOURNAL_FILE), "utf8").split("\n").slice(0, -1);
}
