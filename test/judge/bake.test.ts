import { expect, test } from "vitest";
import { leastBake } from "../../judge/bake.ts";

const errors = { name: "errors", periodSeconds: 60, datapointsToAlarm: 1 };
const unhealthy = { name: "unhealthy", periodSeconds: 60, datapointsToAlarm: 2 };
const fast = { name: "fast", periodSeconds: 10, datapointsToAlarm: 2 };
const unknown = { requestsPerMinute: null, minimumRequests: 50, deliveryDelayMs: 0 };

test.each([
  ["one datapoint of a minute", { alarms: [errors], ...unknown }, 180_000, /errors/],
  ["the slowest alarm decides", { alarms: [errors, unhealthy], ...unknown }, 240_000, /unhealthy/],
  ["a fast alarm needs less", { alarms: [fast], ...unknown }, 40_000, /fast/],
  [
    "late metrics come on top",
    { alarms: [errors], ...unknown, deliveryDelayMs: 30_000 },
    210_000,
    /errors/,
  ],
  ["enough traffic", { alarms: [errors], ...unknown, requestsPerMinute: 100 }, 180_000, /errors/],
  ["little traffic", { alarms: [errors], ...unknown, requestsPerMinute: 5 }, 600_000, /5 requests/],
  [
    "no request is needed",
    { alarms: [errors], ...unknown, requestsPerMinute: 5, minimumRequests: 0 },
    180_000,
    /errors/,
  ],
])("%s: %#", (_story, facts, bakeMs, why) => {
  const least = leastBake(facts);
  expect(least.bakeMs).toBe(bakeMs);
  expect(least.why).toMatch(why);
});
