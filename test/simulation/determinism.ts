/**
 * While a simulation runs, what the code under test takes from Node itself comes from the simulation:
 * deadlines (`setTimeout`) from its clock, ids (`randomBytes`) from its seed.
 */
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import type { Cancel, Clock } from "../../base/clock.ts";
import type { Random } from "../judge/random.ts";

/** Nothing else may run in this process meanwhile: both are the process's own. */
export async function deterministic<T>(
  clock: Clock,
  random: Random,
  work: () => Promise<T>,
): Promise<T> {
  const { setTimeout, clearTimeout } = globalThis;
  const { randomBytes } = crypto;
  const bytes = (size: number): Buffer =>
    Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));
  Object.assign(crypto, { randomBytes: bytes });
  syncBuiltinESMExports();
  Object.assign(globalThis, {
    setTimeout: (callback: () => void, ms = 0): Cancel =>
      clock.schedule(clock.now() + ms, callback),
    clearTimeout: (cancel: Cancel | undefined) => cancel?.(),
  });
  try {
    return await work();
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
    Object.assign(crypto, { randomBytes });
    syncBuiltinESMExports();
  }
}
