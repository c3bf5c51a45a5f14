/**
 * When a delivery that failed is tried again. Pure.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
 */
export interface RetryPolicy {
  /** 0 to 185. */
  readonly attempts: number;
  /** 60 to 86,400, counted from when the event came. */
  readonly ageSeconds: number;
}

/** "By default, EventBridge retries sending the event for 24 hours and up to 185 times". */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 185, ageSeconds: 86_400 };

const FIRST_WAIT_MS = 1000;
/** 185 retries with this as the longest wait just fit into 24 hours. */
const LONGEST_WAIT_MS = 480_000;

/**
 * Nominal milliseconds until retry number `retry` (from 1). AWS gives no figures for its backoff,
 * and jitters it; the lab does not, so that a run can be repeated.
 */
export function waitMs(retry: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(retry - 1, 20));
}

/** The nominal time of retry number `retry`; undefined when the policy allows no more. */
export function retryAt(
  policy: RetryPolicy,
  retry: number,
  acceptedMs: number,
  nowMs: number,
): number | undefined {
  const atMs = nowMs + waitMs(retry);
  const inTime = atMs <= acceptedMs + policy.ageSeconds * 1000;
  return retry <= policy.attempts && inTime ? atMs : undefined;
}

/**
 * Errors of the target's side: throttling and failures of the service. "Errors that result from
 * missing permissions to a target, or a target resource that no longer exists" are not retried.
 */
export function isRetryable(error: string): boolean {
  const [code = ""] = error.split(":");
  return /Throttl|TooManyRequests|RequestLimitExceeded|Internal|ServiceException|ServiceUnavailable|5\d\d$/.test(
    code,
  );
}
