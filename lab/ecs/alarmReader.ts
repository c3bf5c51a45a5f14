/** Reads the alarms of deployments by DescribeAlarms, as ECS itself does. */
import type { DescribeAlarmsInput, DescribeAlarmsOutput } from "@aws-sdk/client-cloudwatch";
import { arn, type Call, type LabService } from "../service.ts";
import type { AlarmReader } from "./ports.ts";

/** A composite alarm has no periods of its own; its children are looked at every minute. */
const COMPOSITE_WINDOW_MS = 60_000;

/** AWS calls with its service-linked role, which may do this; the lab asks nobody. */
const CALL: Call = { principal: { kind: "user", arn: arn("iam", "user/ecs", "") }, requestId: "" };

/** `cloudWatch` is asked for when it is needed: it is made after ECS. */
export function alarmReader(cloudWatch: () => LabService): AlarmReader {
  return {
    async alarms(names) {
      const input: DescribeAlarmsInput = {
        AlarmNames: [...names],
        AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
        MaxRecords: 100,
      };
      const answer: DescribeAlarmsOutput =
        (await cloudWatch().operations["DescribeAlarms"]?.(input, CALL)) ?? {};
      const { MetricAlarms = [], CompositeAlarms = [] } = answer;
      return [
        ...MetricAlarms.map(({ StateValue, Period, EvaluationPeriods = 1, Metrics = [] }) => {
          const periods = [
            Period ?? 0,
            ...Metrics.map(({ MetricStat }) => MetricStat?.Period ?? 0),
          ];
          return {
            state: StateValue ?? "",
            windowMs: Math.max(...periods) * EvaluationPeriods * 1000,
          };
        }),
        ...CompositeAlarms.map(({ StateValue }) => ({
          state: StateValue ?? "",
          windowMs: COMPOSITE_WINDOW_MS,
        })),
      ];
    },
  };
}
