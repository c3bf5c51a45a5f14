/**
 * A journal's objects in S3: lines under `entries/`, each object named by the number of its first entry and
 * written once; `head.json`, the last entry's hash; and under `runs/` who is alive with which run.
 *
 * Every write is conditional, so that of two writers at most one succeeds:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
import {
  GetObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { environmentError, messageOf, usageError } from "../../base/errors.ts";
import { HEAD_FILE, type Head, headSchema } from "./journalEntry.ts";
import { keyIn, type S3Place } from "./s3Place.ts";

export interface StoredHead {
  readonly head: Head;
  readonly etag: string;
}

export interface StoredText {
  readonly text: string;
  readonly etag: string;
  /** Milliseconds since the epoch, by S3's clock. */
  readonly modifiedMs: number;
}

/** Objects that are read at the same time. */
const AT_ONCE = 32;
/** Ten digits sort as numbers do. */
const DIGITS = 10;

export class S3Objects {
  readonly #client: S3Client;
  readonly #place: S3Place;

  constructor(client: S3Client, place: S3Place) {
    this.#client = client;
    this.#place = place;
  }

  /** The lines of every object whose first entry is `from` or later, in order. */
  async lines(from: number): Promise<string> {
    const names: string[] = [];
    const before = keyIn(this.#place, entryName(from - 1));
    await this.#translating(async () => {
      const pages = paginateListObjectsV2(
        { client: this.#client },
        { Bucket: this.#place.bucket, Prefix: keyIn(this.#place, "entries/"), StartAfter: before },
      );
      for await (const { Contents = [] } of pages) {
        names.push(...Contents.flatMap(({ Key }) => Key ?? []));
      }
    });
    const texts: string[] = [];
    for (let at = 0; at < names.length; at += AT_ONCE) {
      const some = names.slice(at, at + AT_ONCE).map((key) => this.#get(key));
      texts.push(...(await Promise.all(some)).map((found) => found?.text ?? ""));
    }
    return texts.join("");
  }

  /** False when somebody else has written the object that begins with entry `seq`. */
  async putLines(seq: number, text: string): Promise<boolean> {
    const key = keyIn(this.#place, entryName(seq));
    if (await this.#put(key, text, { IfNoneMatch: "*" })) return true;
    // A repeated request whose first answer was lost finds its own object.
    return (await this.#get(key))?.text === text;
  }

  /** Undefined when there is none, `broken` when it is no head. */
  async head(): Promise<StoredHead | "broken" | undefined> {
    const found = await this.#get(keyIn(this.#place, HEAD_FILE));
    if (!found) return undefined;
    try {
      return { head: headSchema.parse(JSON.parse(found.text)), etag: found.etag };
    } catch {
      return "broken";
    }
  }

  /** False when the head is not the one with `etag`, or is there already without one. */
  putHead(head: Head, etag: string | undefined): Promise<string | false> {
    const condition = etag === undefined ? { IfNoneMatch: "*" } : { IfMatch: etag };
    return this.#put(keyIn(this.#place, HEAD_FILE), `${JSON.stringify(head)}\n`, condition);
  }

  run(runId: string): Promise<StoredText | undefined> {
    return this.#get(runKey(this.#place, runId));
  }

  async putRun(runId: string, body: object): Promise<void> {
    await this.#put(runKey(this.#place, runId), `${JSON.stringify(body)}\n`, {});
  }

  /** Its ETag; false where the condition does not hold. */
  async #put(Key: string, Body: string, condition: object): Promise<string | false> {
    const { bucket: Bucket } = this.#place;
    const command = new PutObjectCommand({ Bucket, Key, Body, ...condition });
    return this.#translating(async () => {
      try {
        return (await this.#client.send(command)).ETag ?? "";
      } catch (error) {
        // 409: two writes of one key at the same moment; 404: If-Match on what has gone.
        if (["PreconditionFailed", "ConditionalRequestConflict"].includes(nameOf(error)))
          return false;
        if (nameOf(error) === "NoSuchKey") return false;
        throw error;
      }
    });
  }

  async #get(Key: string): Promise<StoredText | undefined> {
    return this.#translating(async () => {
      try {
        const command = new GetObjectCommand({ Bucket: this.#place.bucket, Key });
        const found = await this.#client.send(command);
        return {
          text: (await found.Body?.transformToString()) ?? "",
          etag: found.ETag ?? "",
          modifiedMs: found.LastModified?.getTime() ?? 0,
        };
      } catch (error) {
        if (nameOf(error) === "NoSuchKey") return undefined;
        throw error;
      }
    });
  }

  async #translating<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw translated(error, this.#place);
    }
  }
}

function entryName(seq: number): string {
  return `entries/${String(seq).padStart(DIGITS, "0")}.jsonl`;
}

function runKey(place: S3Place, runId: string): string {
  return keyIn(place, `runs/${runId}.json`);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

function translated(error: unknown, { bucket, text }: S3Place): Error {
  switch (nameOf(error)) {
    case "NoSuchBucket":
      return usageError(
        "journal-no-bucket",
        `there is no bucket "${bucket}" for the journal ${text}`,
        `create it (aws s3 mb s3://${bucket}), or name another with --journal`,
      );
    case "AccessDenied":
      return environmentError(
        "journal-not-allowed",
        `the journal ${text} may not be used: ${messageOf(error)}`,
        "it needs s3:ListBucket on the bucket, and s3:GetObject and s3:PutObject on its objects",
        error,
      );
    default:
      return environmentError(
        "journal-not-reached",
        `the journal ${text} could not be reached: ${messageOf(error)}`,
        "try again, or give another place with --journal",
        error,
      );
  }
}
