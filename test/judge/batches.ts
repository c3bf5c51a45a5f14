/** Batches and runs of them, for tests of the sentinel. */
import { type Batch, observe, type Responses, type SentinelState } from "../../judge/sentinel.ts";

const NONE: Responses = { requests: 0, errors: 0, slow: 0 };

export function batch(candidate: Partial<Responses>, stable: Partial<Responses> = {}): Batch {
  return { candidate: { ...NONE, ...candidate }, stable: { ...NONE, ...stable } };
}

export function repeated(state: SentinelState, times: number, each: Batch): SentinelState {
  let now = state;
  for (let time = 0; time < times; time += 1) now = observe(now, each);
  return now;
}
