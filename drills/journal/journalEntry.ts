/**
 * One line of a journal and the chain that holds the lines together: the hash of a line covers the
 * previous hash and every byte of the line up to its own `hash` member, which comes last.
 */
import { createHash } from "node:crypto";
import { z } from "zod";

export const JOURNAL_FILE = "journal.jsonl";
export const HEAD_FILE = "head.json";
export const JOURNAL_SCHEMA_VERSION = 1;
/** What the first line is chained to. */
export const GENESIS_HASH = "0".repeat(64);

export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** `at` is nominal, `wallAt` wall time; further members are the event's own data. */
export const journalEntrySchema = z.looseObject({
  seq: z.int().min(1),
  at: z.iso.datetime(),
  wallAt: z.iso.datetime(),
  runId: z.string(),
  type: z.string(),
  prevHash: hashSchema,
  hash: hashSchema,
});
export type JournalEntry = z.infer<typeof journalEntrySchema>;

/** The last entry, written after each line: a journal that lost its end no longer reaches it. */
export const headSchema = z.object({
  schemaVersion: z.int().min(1),
  seq: z.int().min(0),
  hash: hashSchema,
});
export type Head = z.infer<typeof headSchema>;

/** The line (without its line feed) and the hash of a payload whose last member is `prevHash`. */
export function chainLine(payload: Readonly<Record<string, unknown>>): {
  line: string;
  hash: string;
} {
  const text = JSON.stringify(payload);
  const digest = digestOf(String(payload["prevHash"]), text);
  return { line: `${text.slice(0, -1)},"hash":"${digest}"}`, hash: digest };
}

/** Whether a line's own hash fits its bytes. */
export function hashFits(line: string, entry: JournalEntry): boolean {
  const end = `,"hash":"${entry.hash}"}`;
  if (!line.endsWith(end)) return false;
  return digestOf(entry.prevHash, `${line.slice(0, -end.length)}}`) === entry.hash;
}

function digestOf(prevHash: string, text: string): string {
  return createHash("sha256").update(prevHash).update(text).digest("hex");
}
