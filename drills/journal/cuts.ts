/**
 * Where a journal was cut: one line stands for the entries that were taken out, holds their digest and the
 * hash that the next entry is chained to, and is itself chained to what stands before it. That it was
 * meant is said by the newest `journal.pruned` entry, further on in the chain, which names it by its hash.
 */
import { z } from "zod";
import { hashSchema, type JournalEntry } from "./journalEntry.ts";

export const CUT = "journal.cut";
export const PRUNED = "journal.pruned";

/** Its `seq` is that of the last entry it stands for. */
export const cutSchema = z.looseObject({
  type: z.literal(CUT),
  seq: z.int().min(1),
  /** Of the first entry it stands for. */
  from: z.int().min(1),
  /** Of the last entry it stands for. */
  lastHash: hashSchema,
  /** SHA-256 over the lines it stands for, line feeds included: for whoever has kept them. */
  digest: hashSchema,
});

/** `cuts`: every cut that the journal has since then, by its line's hash. */
export const prunedSchema = z.looseObject({
  type: z.literal(PRUNED),
  cuts: z.array(hashSchema),
});

/** Where an entry's place in the chain begins, and what the next one is chained to. */
export interface Link {
  readonly from: number;
  readonly hash: string;
}

export function linkOf(entry: JournalEntry): Link {
  const cut = entry.type === CUT ? cutSchema.safeParse(entry).data : undefined;
  return cut ? { from: cut.from, hash: cut.lastHash } : { from: entry.seq, hash: entry.hash };
}

/** Cuts that nobody has signed off, of the entries that were seen. */
export class CutCheck {
  readonly #cuts: JournalEntry[] = [];
  #named: readonly string[] = [];

  see(entry: JournalEntry): void {
    if (entry.type === CUT) this.#cuts.push(entry);
    if (entry.type === PRUNED) this.#named = prunedSchema.safeParse(entry).data?.cuts ?? [];
  }

  problems(): { readonly kind: "missing"; readonly seq: number; readonly detail: string }[] {
    return this.#cuts
      .filter(({ hash }) => !this.#named.includes(hash))
      .map((entry) => ({
        kind: "missing",
        seq: linkOf(entry).from,
        detail: `entries ${linkOf(entry).from} to ${entry.seq} were cut, and no ${PRUNED} entry says so`,
      }));
  }
}
