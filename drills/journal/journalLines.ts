/**
 * The lines of a journal, out of a file in memory that does not grow with it or out of bytes that are
 * there, and what each says: fast, for a report goes over years of drills.
 */
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { type JournalEntry, journalEntrySchema } from "./journalEntry.ts";

/** One line that can be read. */
export interface ScannedLine {
  readonly seq: number;
  readonly at: string;
  readonly wallAt: string;
  readonly runId: string;
  readonly type: string;
  /** In the file. */
  readonly offset: number;
  readonly bytes: number;
  /** All its members, read when somebody asks: only while the line is visited. */
  readonly entry: () => JournalEntry;
}

const CHUNK_BYTES = 1 << 20;
const LINE_FEED = 0x0a;

/**
 * Visits the file's lines from byte `from` on. A line is only there while it is visited: its bytes are
 * used again. Returns how many bytes stand after the last line feed.
 */
export function eachLineOf(
  path: string,
  from: number,
  visit: (line: Buffer, offset: number) => void,
): number {
  if (!existsSync(path)) return 0;
  const file = openSync(path, "r");
  try {
    let buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    let offset = from;
    let kept = 0;
    for (;;) {
      if (kept === buffer.length) buffer = Buffer.concat([buffer], 2 * kept);
      const read = readSync(file, buffer, kept, buffer.length - kept, offset + kept);
      if (read === 0) return kept;
      const data = buffer.subarray(0, kept + read);
      kept = eachLine(data, offset, visit);
      data.copy(buffer, 0, data.length - kept);
      offset += data.length - kept;
    }
  } finally {
    closeSync(file);
  }
}

/** The same for bytes that begin at `offset` of the journal. */
export function eachLine(
  data: Buffer,
  offset: number,
  visit: (line: Buffer, offset: number) => void,
): number {
  let start = 0;
  for (let end = data.indexOf(LINE_FEED); end >= 0; end = data.indexOf(LINE_FEED, start)) {
    visit(data.subarray(start, end), offset + start);
    start = end + 1;
  }
  return data.length - start;
}

export interface ReadLine {
  readonly line: ScannedLine;
  readonly prevHash: string;
  readonly hash: string;
}

/** As the journal writes them: the chain's own members first and last. */
const FIRST =
  /^\{"seq":([1-9]\d{0,14}),"at":"([^"\\]{20,40})","wallAt":"([^"\\]{20,40})","runId":"([ -!#-[\]-~]*)","type":"([ -!#-[\]-~]*)"/;
const FIRST_BYTES = 320;
/**
 * Between and around the two hashes, which have a fixed length: a search would take most of the time.
 * Whether they are hashes shows when they are compared.
 */
const [BEFORE, BETWEEN, AFTER] = [',"prevHash":"', '","hash":"', '"}'];
const HASH_LENGTH = 64;
const LAST_BYTES = BEFORE.length + BETWEEN.length + AFTER.length + 2 * HASH_LENGTH;

/** Undefined for what is no entry. */
export function readLine(bytes: Buffer, offset: number): ReadLine | undefined {
  const first = FIRST.exec(bytes.toString("latin1", 0, Math.min(FIRST_BYTES, bytes.length)));
  const last = bytes.toString("latin1", Math.max(0, bytes.length - LAST_BYTES));
  const prevHash = last.slice(BEFORE.length, BEFORE.length + HASH_LENGTH);
  const hash = last.slice(-AFTER.length - HASH_LENGTH, -AFTER.length);
  const [, seq, at = "", wallAt = "", runId = "", type = ""] = first ?? [];
  const isUsual = seq !== undefined && last === `${BEFORE}${prevHash}${BETWEEN}${hash}${AFTER}`;
  if (!isUsual) return readOddLine(bytes, offset);
  const known = { seq: Number(seq), at, wallAt, runId, type, prevHash, hash };
  // Its own members were looked at already. Whatever keeps what was parsed does not keep the line.
  const entry = (): JournalEntry => ({ ...known, ...json(bytes) });
  return {
    line: { seq: known.seq, at, wallAt, runId, type, offset, bytes: bytes.length, entry },
    prevHash,
    hash,
  };
}

/** Members in another order, or spaces: whatever is an entry all the same. */
function readOddLine(bytes: Buffer, offset: number): ReadLine | undefined {
  const entry = parse(bytes);
  if (!entry) return undefined;
  const { seq, at, wallAt, runId, type, prevHash, hash } = entry;
  const line = { seq, at, wallAt, runId, type, offset, bytes: bytes.length, entry: () => entry };
  return { line, prevHash, hash };
}

function parse(bytes: Buffer): JournalEntry | undefined {
  return journalEntrySchema.safeParse(json(bytes)).data;
}

/** Undefined for what is no JSON. */
function json(bytes: Buffer): object | undefined {
  try {
    const parsed: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof parsed === "object" && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}
