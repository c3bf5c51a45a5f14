import { expect, test } from "vitest";
import { type ConditionReader, readConditions } from "../../../drills/schedule/conditions.ts";
import { schedulesOf } from "./world.ts";

const [SCHEDULE] = schedulesOf(
  'cron: "0 2 * * *", blockingAlarms: [pager, disk], ' +
    "lowTraffic: {namespace: AWS/ApplicationELB, metric: RequestCount, below: 600}",
);

const reader = (
  states: Readonly<Record<string, string>> | Error,
  value: number | null | Error,
): ConditionReader => ({
  alarmStates: async () => {
    if (states instanceof Error) throw states;
    return new Map(Object.entries(states));
  },
  newestValue: async () => {
    if (value instanceof Error) throw value;
    return value;
  },
});
const FINE = { pager: "OK", disk: "OK" };

test.each([
  ["all is fine", FINE, 599, "nothing"],
  ["an alarm", { ...FINE, disk: "ALARM" }, 0, "blocking alarm disk is ALARM"],
  ["an alarm without data", { ...FINE, disk: "INSUFFICIENT_DATA" }, 0, "INSUFFICIENT_DATA"],
  ["an alarm that is not there", { pager: "OK" }, 0, "disk is missing"],
  ["alarms that cannot be read", new Error("throttled"), 0, "could not be read: throttled"],
  ["traffic at the bound", FINE, 600, "RequestCount was 600, not below 600"],
  ["traffic that nobody measured", FINE, null, "no data"],
  ["traffic that cannot be read", FINE, new Error("denied"), "could not be read: denied"],
])("%s", async (_what, states, value, detail) => {
  if (!SCHEDULE) throw new Error("no schedule");
  const refusal = await readConditions(SCHEDULE, 0, reader(states, value));
  expect(refusal?.detail ?? "nothing").toContain(detail);
});
