/** Which faults a call meets: pure, so that the same calls in the same order meet the same ones. */
import type { ServiceName } from "../service.ts";
import { matchesWildcard } from "../wildcard.ts";
import type { ApiFault } from "./fault.ts";
import { ApiFaultKind } from "./fault.ts";

export interface CallFacts {
  readonly service: ServiceName;
  readonly operation: string;
  /** Undefined for the lab's own user. */
  readonly roleName: string | undefined;
  /** Whether AWS may answer the call from a copy that is behind. */
  readonly eventuallyConsistent: boolean;
}

/** Whether `fault` is about this call at all, at this (nominal) time. */
export function concerns(fault: ApiFault, call: CallFacts, nowMs: number): boolean {
  return (
    (fault.endsAtMs === undefined || nowMs < fault.endsAtMs) &&
    (fault.service === "*" || fault.service === call.service) &&
    matchesWildcard(fault.operation, call.operation) &&
    (fault.role === undefined || fault.role === call.roleName) &&
    (fault.kind !== ApiFaultKind.StaleRead || call.eventuallyConsistent)
  );
}

/**
 * The faults that strike the call, in the order they were added. `draw` gives a number of [0, 1) and
 * is asked once for every fault that is about the call, and for no other.
 */
export function striking(
  faults: readonly ApiFault[],
  call: CallFacts,
  nowMs: number,
  draw: (fault: ApiFault) => number,
): ApiFault[] {
  return faults
    .filter((fault) => concerns(fault, call, nowMs))
    .filter((fault) => draw(fault) < fault.probability);
}

/** Mulberry32: small, and the same numbers for the same seed on every machine. */
export function seededDraw(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
