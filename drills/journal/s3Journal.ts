/**
 * A journal in S3, for teams: several writers at once, one chain. Entries queue up and go into objects that
 * are written once; whoever finds its place taken reads what the other wrote, chains its own behind
 * that, and tries again. `flush` resolves when everything is in S3.
 */
import type { S3Client } from "@aws-sdk/client-s3";
import type { Clock } from "../../base/clock.ts";
import { BackoutError, defect, environmentError, messageOf } from "../../base/errors.ts";
import { CHAIN_NAMES, type Journal } from "./journal.ts";
import {
  chainLine,
  GENESIS_HASH,
  hashFits,
  type Head,
  JOURNAL_SCHEMA_VERSION,
  type JournalEntry,
  journalEntrySchema,
} from "./journalEntry.ts";
import { unfinishedRuns } from "./journalVerify.ts";
import { S3Heartbeats } from "./s3Heartbeats.ts";
import { S3Objects } from "./s3Objects.ts";
import type { S3Place } from "./s3Place.ts";
import { readS3 } from "./s3Reading.ts";

/** Entries of this type wait for the next other one, or until there are as many as `FEW`. */
const WAITS = "sample";
const FEW = 16;
/** Entries in one object. */
const MOST = 500;
/** Nobody loses to other writers this often in a row by chance. */
const MOST_LOST = 100;

export interface S3JournalOptions {
  readonly client: S3Client;
  readonly place: S3Place;
  /** The clock that the environment lives by. */
  readonly clock: Clock;
  /** Told what went wrong with an entry that nobody waits for; it is tried again with the next. */
  readonly onTrouble?: (text: string) => void;
}

/** One whose end can be waited for. */
export interface S3Journal extends Journal {
  flush(): Promise<void>;
  /** Resolves when it has written what it had and given up its runs; never rejects. */
  readonly ended: Promise<void>;
}

/** @throws BackoutError as `readS3` does, and `journal-broken` */
export async function openS3Journal(options: S3JournalOptions): Promise<S3Journal> {
  const { client, place } = options;
  const objects = new S3Objects(client, place);
  const { reading, head, isEmpty } = await readS3(objects, place.text);
  const problems = reading.problems.map(({ detail }) => detail);
  if (problems.length > 0) {
    throw environmentError(
      "journal-broken",
      `the journal ${place.text} is not as it was written: ${problems.join("; ")}`,
      "keep it as it is and start a new one with --journal; `backout report verify` has details",
    );
  }
  const writer = new Writer(options, objects, [...reading.entries], head?.etag);
  // Whether it can be written is known before anything is broken.
  if (isEmpty) await writer.begin();
  return writer;
}

interface Pending {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly runId: string;
  readonly type: string;
}

class Writer implements S3Journal {
  readonly directory: string;
  readonly ended: Promise<void>;
  readonly #end = Promise.withResolvers<void>();
  readonly #clock: Clock;
  readonly #objects: S3Objects;
  readonly #onTrouble: (text: string) => void;
  readonly #written: JournalEntry[];
  readonly #pending: Pending[] = [];
  readonly #heartbeats: S3Heartbeats;
  #headEtag: string | undefined;
  #pumping: Promise<void> | undefined;
  /** After which nothing of this writer can be written any more. */
  #lost: BackoutError | undefined;

  constructor(
    { place, clock, onTrouble }: S3JournalOptions,
    objects: S3Objects,
    written: JournalEntry[],
    headEtag: string | undefined,
  ) {
    this.directory = place.text;
    this.ended = this.#end.promise;
    this.#clock = clock;
    this.#objects = objects;
    this.#onTrouble = onTrouble ?? (() => {});
    this.#heartbeats = new S3Heartbeats(objects, clock, this.#onTrouble);
    this.#written = written;
    this.#headEtag = headEtag;
  }

  /** The head of a journal without entries. */
  async begin(): Promise<void> {
    await this.#writeHead({ schemaVersion: JOURNAL_SCHEMA_VERSION, seq: 0, hash: GENESIS_HASH });
  }

  /** Those that are still on their way stand at the end, with the numbers that they would get now. */
  entries(): readonly JournalEntry[] {
    return [...this.#written, ...this.#chained(this.#pending).map(({ entry }) => entry)];
  }

  append(runId: string, type: string, data: Readonly<Record<string, unknown>> = {}): JournalEntry {
    const taken = CHAIN_NAMES.find((name) => Object.hasOwn(data, name));
    if (taken) throw defect(`a journal entry's data may not be called "${taken}"`);
    if (this.#lost) throw this.#lost;
    const stamps = {
      at: new Date(this.#clock.now()).toISOString(),
      wallAt: new Date(this.#clock.wall()).toISOString(),
    };
    this.#pending.push({ runId, type, payload: { ...stamps, runId, type, ...data } });
    const entry = this.#chained(this.#pending).at(-1)?.entry;
    if (!entry) throw defect("an entry that was appended is not there");
    if (type === "run.started") this.#heartbeats.own(runId);
    if (type !== WAITS || this.#pending.length >= FEW) {
      void this.#pump().catch((error: unknown) => this.#onTrouble(messageOf(error)));
    }
    return entry;
  }

  async flush(): Promise<void> {
    // One that is under way may have begun before the newest entry, or fail for what is over.
    await this.#pumping?.catch(() => {});
    try {
      await this.#pump();
    } catch (error) {
      if (error === this.#lost) throw error;
      throw environmentError(
        "journal-not-written",
        `the journal ${this.directory} could not be written: ${messageOf(error)}`,
        error instanceof BackoutError ? error.fix : undefined,
        error,
      );
    }
  }

  liveHolder(runId: string): Promise<string | null> {
    return this.#heartbeats.holder(runId);
  }

  close(): void {
    const finish = async (): Promise<void> => {
      await this.flush();
      await this.#heartbeats.endAll();
    };
    void finish()
      .catch((error: unknown) => this.#onTrouble(messageOf(error)))
      .finally(() => {
        this.#heartbeats.stop();
        this.#end.resolve();
      });
  }

  /** Writes what is queued; there is never more than one at it. */
  #pump(): Promise<void> {
    this.#pumping ??= this.#writeAll().finally(() => {
      this.#pumping = undefined;
    });
    return this.#pumping;
  }

  async #writeAll(): Promise<void> {
    let lost = 0;
    while (this.#pending.length > 0) {
      if (this.#lost) throw this.#lost;
      const batch = this.#pending.slice(0, MOST);
      // Before its first entry is there to be swept.
      for (const { type, runId } of batch)
        if (type === "run.started") await this.#heartbeats.start(runId);
      const lines = this.#chained(batch);
      const first = lines[0]?.entry.seq ?? 0;
      const text = lines.map(({ line }) => `${line}\n`).join("");
      if (!(await this.#objects.putLines(first, text))) {
        if (++lost > MOST_LOST) throw new Error(`${lost} other writers came first`);
        await this.#catchUp(first);
        continue;
      }
      lost = 0;
      this.#pending.splice(0, batch.length);
      this.#written.push(...lines.map(({ entry }) => entry));
      const last = lines.at(-1)?.entry;
      if (last)
        await this.#writeHead({
          schemaVersion: JOURNAL_SCHEMA_VERSION,
          seq: last.seq,
          hash: last.hash,
        });
      await this.#endRuns(batch);
    }
  }

  /** Behind what is written. */
  #chained(pending: readonly Pending[]): { line: string; entry: JournalEntry }[] {
    let { seq, hash } = this.#written.at(-1) ?? { seq: 0, hash: GENESIS_HASH };
    return pending.map(({ payload }) => {
      const { line, hash: own } = chainLine({ seq: ++seq, ...payload, prevHash: hash });
      hash = own;
      return { line, entry: journalEntrySchema.parse(JSON.parse(line)) };
    });
  }

  /** Takes over what others wrote. */
  async #catchUp(from: number): Promise<void> {
    for (const line of (await this.#objects.lines(from)).split("\n").slice(0, -1)) {
      const entry = journalEntrySchema.safeParse(parsed(line)).data;
      const last = this.#written.at(-1);
      const follows =
        entry?.seq === (last?.seq ?? 0) + 1 && entry.prevHash === (last?.hash ?? GENESIS_HASH);
      if (!entry || !follows || !hashFits(line, entry)) {
        throw this.#lose(
          "journal-broken",
          `what another writer left in ${this.directory} is not chained to what stands before it`,
        );
      }
      this.#written.push(entry);
      if (entry.type === "swept" && this.#heartbeats.isOwn(entry.runId)) {
        throw this.#lose(
          "journal-run-swept",
          `run ${entry.runId} was taken for dead and swept by another writer of ${this.directory}`,
        );
      }
    }
  }

  #lose(code: string, message: string): BackoutError {
    const fix = "everything of this run is undone; look at the environment, then start it again";
    this.#lost = environmentError(code, message, fix);
    return this.#lost;
  }

  /** Forward only: somebody else's later head is the better one. */
  async #writeHead(head: Head): Promise<void> {
    for (let attempt = 0; attempt < MOST_LOST; attempt++) {
      const etag = await this.#objects.putHead(head, this.#headEtag);
      if (etag !== false) {
        this.#headEtag = etag;
        return;
      }
      const found = await this.#objects.head();
      if (found === "broken") throw new Error("its head is not one");
      this.#headEtag = found?.etag;
      if (found && found.head.seq >= head.seq) return;
    }
    throw new Error("its head is written by too many at once");
  }

  async #endRuns(batch: readonly Pending[]): Promise<void> {
    const open = new Set(unfinishedRuns(this.#written));
    for (const { runId, type } of batch) {
      if ((type !== "record" && type !== "swept") || open.has(runId)) continue;
      await this.#heartbeats.end(runId);
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
