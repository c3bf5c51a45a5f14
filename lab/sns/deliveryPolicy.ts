/**
 * How often and when SNS tries an HTTP endpoint again: four phases, whose lengths a delivery policy
 * sets. Pure.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
import { notImplemented } from "../supported.ts";
import { invalidParameter } from "./topics.ts";

export interface RetryPolicy {
  /** Seconds. */
  readonly minDelayTarget: number;
  readonly maxDelayTarget: number;
  /** All retries, those of the other three phases included. */
  readonly numRetries: number;
  readonly numNoDelayRetries: number;
  readonly numMinDelayRetries: number;
  readonly numMaxDelayRetries: number;
  readonly backoffFunction: BackoffFunction;
}

const BACKOFF_FUNCTIONS = ["linear", "arithmetic", "geometric", "exponential"] as const;
type BackoffFunction = (typeof BACKOFF_FUNCTIONS)[number];

/** A subscription's. */
export interface DeliveryPolicy {
  readonly retry: RetryPolicy;
  readonly contentType: string;
}

/** A topic's, for all its HTTP subscriptions. */
export interface HttpPolicy extends DeliveryPolicy {
  readonly disableSubscriptionOverrides: boolean;
}

const DEFAULT_RETRY: RetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: "linear",
};
const DEFAULT_CONTENT_TYPE = "text/plain; charset=UTF-8";
export const DEFAULT_DELIVERY: HttpPolicy = {
  retry: DEFAULT_RETRY,
  contentType: DEFAULT_CONTENT_TYPE,
  disableSubscriptionOverrides: false,
};

/** "The total policy retry time for an HTTP/S endpoint cannot be greater than 3,600 seconds." */
const LONGEST_SECONDS = 3600;
const RANGES = {
  numRetries: [0, 100],
  minDelayTarget: [1, 3600],
  maxDelayTarget: [1, 3600],
  numNoDelayRetries: [0, 100],
  numMinDelayRetries: [0, 100],
  numMaxDelayRetries: [0, 100],
} as const;

/**
 * Seconds before each retry, in order: at once, at the least delay, backing off from the least to
 * the greatest, at the greatest. AWS draws the four backoff functions and gives no formula: here the
 * delay goes from least to greatest in as many steps as the phase has retries, straight (linear),
 * by growing steps (arithmetic), or by a constant ratio (geometric; exponential likewise, but by at
 * least a doubling). The jitter that AWS adds is left out.
 */
export function retryDelays(policy: RetryPolicy): number[] {
  const { minDelayTarget: least, maxDelayTarget: greatest } = policy;
  const { numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries } = policy;
  const backoff = policy.numRetries - numNoDelayRetries - numMinDelayRetries - numMaxDelayRetries;
  return [
    ...Array<number>(numNoDelayRetries).fill(0),
    ...Array<number>(numMinDelayRetries).fill(least),
    ...Array.from({ length: backoff }, (_, step) => {
      const part = backoff === 1 ? 0 : step / (backoff - 1);
      return backoffDelay(policy.backoffFunction, least, greatest, part, step);
    }),
    ...Array<number>(numMaxDelayRetries).fill(greatest),
  ];
}

function backoffDelay(
  kind: BackoffFunction,
  least: number,
  greatest: number,
  part: number,
  step: number,
): number {
  if (kind === "linear") return least + (greatest - least) * part;
  if (kind === "arithmetic") return least + (greatest - least) * part ** 2;
  const even = least * (greatest / least) ** part;
  return kind === "geometric" ? even : Math.min(greatest, Math.max(even, least * 2 ** step));
}

/** The subscription attribute DeliveryPolicy. Throws InvalidParameter for what SNS refuses. */
export function parseDeliveryPolicy(operation: string, text: string): DeliveryPolicy {
  const policy = objectIn(text);
  known(policy, ["healthyRetryPolicy", "requestPolicy", "throttlePolicy", "sicklyRetryPolicy"]);
  return render(operation, policy["healthyRetryPolicy"], policy["requestPolicy"], [
    policy["throttlePolicy"],
    policy["sicklyRetryPolicy"],
  ]);
}

/** The topic attribute DeliveryPolicy: the same under `http`, with `default` in the names. */
export function parseHttpPolicy(operation: string, text: string): HttpPolicy {
  const policy = objectIn(text);
  known(policy, ["http"]);
  const http = record(policy["http"] ?? {}, "http");
  known(http, [
    "defaultHealthyRetryPolicy",
    "disableSubscriptionOverrides",
    "defaultRequestPolicy",
    "defaultThrottlePolicy",
    "defaultSicklyRetryPolicy",
  ]);
  const disable = http["disableSubscriptionOverrides"] ?? false;
  if (typeof disable !== "boolean") throw refused("disableSubscriptionOverrides must be boolean");
  const unsupported = [http["defaultThrottlePolicy"], http["defaultSicklyRetryPolicy"]];
  return {
    ...render(
      operation,
      http["defaultHealthyRetryPolicy"],
      http["defaultRequestPolicy"],
      unsupported,
    ),
    disableSubscriptionOverrides: disable,
  };
}

function render(
  operation: string,
  retry: unknown,
  request: unknown,
  unsupported: readonly unknown[],
): DeliveryPolicy {
  if (unsupported.some((value) => value !== undefined && value !== null)) {
    throw notImplemented(operation, "throttlePolicy and sicklyRetryPolicy in a DeliveryPolicy");
  }
  const contentType = record(request ?? {}, "requestPolicy")["headerContentType"];
  if (contentType !== undefined && typeof contentType !== "string") {
    throw refused("headerContentType must be a string");
  }
  return { retry: parseRetry(retry), contentType: contentType ?? DEFAULT_CONTENT_TYPE };
}

function parseRetry(value: unknown): RetryPolicy {
  if (value === undefined || value === null) return DEFAULT_RETRY;
  const given = record(value, "healthyRetryPolicy");
  known(given, [...Object.keys(RANGES), "backoffFunction"]);
  const whole = (name: keyof typeof RANGES): number => {
    const wanted = given[name] ?? DEFAULT_RETRY[name];
    const [low, high] = RANGES[name];
    if (typeof wanted === "number" && Number.isInteger(wanted) && wanted >= low && wanted <= high) {
      return wanted;
    }
    throw refused(`${name} must be an integer between ${low} and ${high}`);
  };
  const backoffFunction = BACKOFF_FUNCTIONS.find(
    (one) => one === (given["backoffFunction"] ?? "linear"),
  );
  if (!backoffFunction) throw refused("backoffFunction is not one of SNS's");
  const policy: RetryPolicy = {
    minDelayTarget: whole("minDelayTarget"),
    maxDelayTarget: whole("maxDelayTarget"),
    numRetries: whole("numRetries"),
    numNoDelayRetries: whole("numNoDelayRetries"),
    numMinDelayRetries: whole("numMinDelayRetries"),
    numMaxDelayRetries: whole("numMaxDelayRetries"),
    backoffFunction,
  };
  const phases = policy.numNoDelayRetries + policy.numMinDelayRetries + policy.numMaxDelayRetries;
  if (phases > policy.numRetries) throw refused("numRetries must cover the retries of all phases");
  if (policy.minDelayTarget > policy.maxDelayTarget) {
    throw refused("maxDelayTarget must not be less than minDelayTarget");
  }
  if (retryDelays(policy).reduce((sum, delay) => sum + delay, 0) > LONGEST_SECONDS) {
    throw refused(`the total retry time must not exceed ${LONGEST_SECONDS} seconds`);
  }
  return policy;
}

/** The policy that holds for a subscription. */
export function effectivePolicy(
  topic: HttpPolicy | undefined,
  subscription: DeliveryPolicy | undefined,
): DeliveryPolicy {
  if (topic?.disableSubscriptionOverrides) return topic;
  return subscription ?? topic ?? DEFAULT_DELIVERY;
}

function objectIn(text: string): Record<string, unknown> {
  try {
    return record(JSON.parse(text), "the policy");
  } catch {
    throw refused("failed to parse JSON");
  }
}

function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw refused(`${name} must be an object`);
}

function known(value: Record<string, unknown>, names: readonly string[]): void {
  const unknown = Object.keys(value).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw refused(`unexpected JSON member: ${unknown.join(", ")}`);
}

function refused(reason: string): Error {
  return invalidParameter(`Attributes Reason: DeliveryPolicy: ${reason}`);
}
