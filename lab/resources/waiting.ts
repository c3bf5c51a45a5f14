/** Waiting for what AWS only promises: reads that repeat until a resource has settled. */
import { setTimeout as delay } from "node:timers/promises";
import type { Context } from "./types.ts";

/** Wall milliseconds, as these are reads over the network: early ones often, later ones rarely. */
const FIRST_POLL_MS = 20;
const LONGEST_POLL_MS = 2000;
const PATIENCE_MS = 10 * 60_000;

/**
 * Calls `read` until it returns something. Rejects after ten minutes of wall time, naming `what`,
 * or when the context's signal is aborted.
 */
export async function eventually<T>(
  what: string,
  context: Context,
  read: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(LONGEST_POLL_MS, pollMs * 1.5)) {
    const result = await read();
    if (result !== undefined) return result;
    if (Date.now() > deadline) throw new Error(`${what}: still not so after ten minutes`);
    await delay(pollMs, undefined, context.signal ? { signal: context.signal } : {});
  }
}

/** The result of `call`, or undefined when AWS answers with one of the errors `names`. */
export async function unless<T>(
  names: readonly string[],
  call: () => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return undefined;
    throw error;
  }
}
