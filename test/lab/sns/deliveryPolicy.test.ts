/** When SNS tries an HTTP endpoint again. */
import { describe, expect, test } from "vitest";
import {
  effectivePolicy,
  parseDeliveryPolicy,
  parseHttpPolicy,
  retryDelays,
} from "../../../lab/sns/deliveryPolicy.ts";

const parse = (healthyRetryPolicy: object) =>
  parseDeliveryPolicy("Subscribe", JSON.stringify({ healthyRetryPolicy }));

describe("the delays before each retry, in seconds", () => {
  test.each([
    ["by default three at 20 s", {}, [20, 20, 20]],
    [
      "the four phases: at once, least, backoff, greatest",
      {
        minDelayTarget: 1,
        maxDelayTarget: 60,
        numRetries: 9,
        numNoDelayRetries: 3,
        numMinDelayRetries: 2,
        numMaxDelayRetries: 2,
      },
      [0, 0, 0, 1, 1, 1, 60, 60, 60],
    ],
    ["linear", { minDelayTarget: 1, maxDelayTarget: 21, numRetries: 5 }, [1, 6, 11, 16, 21]],
    [
      "arithmetic",
      { minDelayTarget: 1, maxDelayTarget: 17, numRetries: 5, backoffFunction: "arithmetic" },
      [1, 2, 5, 10, 17],
    ],
    [
      "geometric",
      { minDelayTarget: 1, maxDelayTarget: 81, numRetries: 5, backoffFunction: "geometric" },
      [1, 3, 9, 27, 81],
    ],
    [
      "exponential",
      { minDelayTarget: 5, maxDelayTarget: 20, numRetries: 4, backoffFunction: "exponential" },
      [5, 10, 20, 20],
    ],
    ["none at all", { numRetries: 0 }, []],
  ])("%s", (_, policy, delays) => {
    expect(retryDelays(parse(policy).retry)).toEqual(delays);
  });
});

describe("refusals", () => {
  test.each([
    [{ numRetries: 101 }, "numRetries must be an integer between 0 and 100"],
    [{ minDelayTarget: 0 }, "minDelayTarget must be an integer between 1 and 3600"],
    [{ minDelayTarget: 30, maxDelayTarget: 20 }, "must not be less than minDelayTarget"],
    [{ numRetries: 1, numNoDelayRetries: 2 }, "must cover the retries of all phases"],
    [{ numRetries: 100, maxDelayTarget: 100 }, "must not exceed 3600 seconds"],
    [{ backoffFunction: "quadratic" }, "backoffFunction"],
    [{ retries: 3 }, "unexpected JSON member: retries"],
  ])("%j: %s", (policy, reason) => {
    expect(() => parse(policy)).toThrow(reason);
  });

  test("throttling is not what the lab does", () => {
    const text = JSON.stringify({ throttlePolicy: { maxReceivesPerSecond: 5 } });
    expect(() => parseDeliveryPolicy("Subscribe", text)).toThrow("does not implement throttle");
  });
});

const topic = (disableSubscriptionOverrides: boolean) => {
  const defaultHealthyRetryPolicy = { numRetries: 7 };
  const http = { defaultHealthyRetryPolicy, disableSubscriptionOverrides };
  return parseHttpPolicy("CreateTopic", JSON.stringify({ http }));
};

test("the subscription's policy holds, unless its topic disables overrides", () => {
  const own = parse({ numRetries: 1 });
  expect(effectivePolicy(undefined, undefined).retry.numRetries).toBe(3);
  expect(effectivePolicy(topic(false), undefined).retry.numRetries).toBe(7);
  expect(effectivePolicy(topic(false), own).retry.numRetries).toBe(1);
  expect(effectivePolicy(topic(true), own).retry.numRetries).toBe(7);
});
