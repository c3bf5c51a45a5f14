/** A share of failures with its error bound, as a person reads it. */
import type { Failures } from "./failures.ts";

/** 95 % of a standard normal variable lies below this. */
const Z_95 = 1.6449;

/**
 * The upper end of Wilson's one-sided 95 % score interval (E. B. Wilson, JASA 22, 1927), 0 to 1; for
 * requests that fail independently of one another.
 */
export function upperBound(failures: number, requests: number): number {
  if (requests === 0) return 1;
  const share = Math.min(1, failures / requests);
  const z2 = Z_95 ** 2 / requests;
  const spread = Z_95 * Math.sqrt((share * (1 - share)) / requests + z2 / (4 * requests));
  return Math.min(1, (share + z2 / 2 + spread) / (1 + z2));
}

export function failurePercent({ failures, requests }: Failures): number {
  return requests === 0 ? 0 : Math.min(100, (100 * failures) / requests);
}

/** `0.3 % of 1234 requests failed in 3 minutes (95 % upper bound 0.8 %)`. */
export function renderShare(counted: Failures): string {
  const { failures, requests, minutes } = counted;
  const bound = percent(100 * upperBound(failures, requests));
  const time = minutes === 1 ? "1 minute" : `${minutes} minutes`;
  return `${percent(failurePercent(counted))} of ${requests} requests failed in ${time} (95 % upper bound ${bound})`;
}

export function percent(value: number): string {
  return `${Number(value.toFixed(2))} %`;
}
