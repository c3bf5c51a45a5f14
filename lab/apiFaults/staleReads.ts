/**
 * Answers that are behind, none of them made up. Before a write runs, every read that was seen is
 * done again and its answer kept with the time: what a later stale read gets was true then.
 *
 * So a read can be stale once it was made before, by the same principal with the same input, and a
 * write to its service came after that. Every other read is answered as things are.
 */
import { AwsError, ServiceName } from "../service.ts";

export interface Read {
  readonly service: ServiceName;
  readonly key: string;
  /** Does the read, as of now. */
  run(): Promise<object>;
}

/** An answer of the service at a (nominal) time: an output, or an error such as "not found". */
interface Version {
  readonly atMs: number;
  readonly output?: object;
  readonly error?: AwsError;
}

interface Remembered {
  readonly read: Read;
  /** Oldest first. */
  versions: Version[];
}

/** The reads that are done again before a write: a guard and its drill make a handful. */
const READS = 200;
const VERSIONS = 50;

export class StaleReads {
  readonly #reads = new Map<string, Remembered>();

  /** From now on the answers to this read are kept, until 200 others came after it. */
  remember(read: Read): void {
    const before = this.#reads.get(read.key);
    this.#reads.delete(read.key);
    this.#reads.set(read.key, { read, versions: before?.versions ?? [] });
    const [oldest] = this.#reads.keys();
    if (this.#reads.size > READS && oldest !== undefined) this.#reads.delete(oldest);
  }

  /** Called before a write to `service`. */
  async keep(service: ServiceName, nowMs: number): Promise<void> {
    const concerned = [...this.#reads.values()].filter((one) => one.read.service === service);
    await Promise.all(
      concerned.map(async (one) => {
        const version = await answerOf(one.read, nowMs);
        if (version) one.versions = [...one.versions, version].slice(-VERSIONS);
      }),
    );
  }

  /** What was true at most `lagMs` ago and no longer need be; the oldest of such answers. */
  find(key: string, nowMs: number, lagMs: number): Version | undefined {
    return this.#reads.get(key)?.versions.find((version) => version.atMs >= nowMs - lagMs);
  }

  clear(): void {
    this.#reads.clear();
  }
}

async function answerOf(read: Read, atMs: number): Promise<Version | undefined> {
  try {
    // A copy: services may hand out parts of what they will change.
    return { atMs, output: structuredClone(await read.run()) };
  } catch (error) {
    return error instanceof AwsError ? { atMs, error } : undefined;
  }
}

const READING = /^(Describe|Get|List|Query$|Scan$|BatchGet|FilterLogEvents$)/;

export function isRead(operation: string): boolean {
  return READING.test(operation);
}

/**
 * DynamoDB reads are eventually consistent unless `ConsistentRead` is asked for; TransactGetItems
 * never is. Other services let no caller ask.
 */
export function isEventuallyConsistent(
  operation: string,
  input: Readonly<Record<string, unknown>>,
): boolean {
  return isRead(operation) && input["ConsistentRead"] !== true;
}
