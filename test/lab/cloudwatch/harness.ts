/** A CloudWatch on a hand-moved clock, with actions that write down what they were asked. */
import type {
  AlarmHistoryItem,
  DescribeAlarmHistoryOutput,
  DescribeAlarmsOutput,
  PutMetricAlarmInput,
} from "@aws-sdk/client-cloudwatch";
import { ManualClock } from "../../../base/clock.ts";
import { CloudWatch } from "../../../lab/cloudwatch/cloudwatch.ts";
import type { ActionOutcome, AlarmChange, AlarmEvent } from "../../../lab/cloudwatch/ports.ts";
import { AwsError } from "../../../lab/service.ts";

/** A whole hour. */
export const START = Date.parse("2026-03-14T09:00:00Z");
export const MINUTE = 60_000;
export const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:checkout-guard";
export const TOPIC = "arn:aws:sns:us-east-1:000000000000:checkout-guard";

export interface Performed {
  readonly arn: string;
  readonly event: AlarmEvent;
}

export class Harness {
  readonly clock = new ManualClock(START);
  readonly performed: Performed[] = [];
  /** What EventBridge would get. */
  readonly announced: AlarmEvent[] = [];
  readonly changes: AlarmChange[] = [];
  outcome: ActionOutcome = { ok: true };
  readonly cloudwatch = new CloudWatch(
    { clock: this.clock },
    {
      perform: (arn, event) => {
        this.performed.push({ arn, event });
        return Promise.resolve(this.outcome);
      },
    },
    {
      stateChanged: (event) => void this.announced.push(event),
      configurationChanged: (change) => void this.changes.push(change),
    },
  );

  async call<Output extends object>(operation: string, input: object = {}): Promise<Output> {
    const handler = this.cloudwatch.operations[operation];
    if (!handler) throw new Error(`no operation ${operation}`);
    const output = await handler(input, {
      principal: { kind: "user", arn: "arn:aws:iam::000000000000:user/lab" },
      requestId: "test",
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- named by the caller.
    return output as Output;
  }

  /** The code of the error that a call ends with, and its message. */
  async refusal(operation: string, input: object): Promise<string> {
    try {
      await this.call(operation, input);
    } catch (error) {
      if (error instanceof AwsError) return `${error.code}: ${error.message}`;
      throw error;
    }
    return "no refusal";
  }

  async putAlarm(name: string, more: Partial<PutMetricAlarmInput> = {}): Promise<void> {
    await this.call("PutMetricAlarm", metricAlarm(name, more));
  }

  async putRule(name: string, rule: string, more: object = {}): Promise<void> {
    await this.call("PutCompositeAlarm", { AlarmName: name, AlarmRule: rule, ...more });
  }

  async setState(name: string, value: string, reason = "by hand"): Promise<void> {
    await this.call("SetAlarmState", { AlarmName: name, StateValue: value, StateReason: reason });
  }

  /** One datum of the metric that `metricAlarm` watches. */
  async put(value: number, atMs = this.clock.now(), more: object = {}): Promise<void> {
    await this.call("PutMetricData", {
      Namespace: "Checkout",
      MetricData: [{ MetricName: "Errors", Timestamp: new Date(atMs), Value: value, ...more }],
    });
  }

  async alarms(): Promise<DescribeAlarmsOutput> {
    return this.call("DescribeAlarms", { AlarmTypes: ["MetricAlarm", "CompositeAlarm"] });
  }

  async state(name: string): Promise<string> {
    const { MetricAlarms = [], CompositeAlarms = [] } = await this.alarms();
    const alarm = [...MetricAlarms, ...CompositeAlarms].find(({ AlarmName }) => AlarmName === name);
    return alarm?.StateValue ?? "none";
  }

  /** The history of one alarm, oldest first. */
  async history(name: string, type?: string): Promise<readonly AlarmHistoryItem[]> {
    const { AlarmHistoryItems = [] } = await this.call<DescribeAlarmHistoryOutput>(
      "DescribeAlarmHistory",
      {
        AlarmName: name,
        AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
        ScanBy: "TimestampAscending",
        ...(type === undefined ? {} : { HistoryItemType: type }),
      },
    );
    return AlarmHistoryItems;
  }
}

export function metricAlarm(
  name: string,
  more: Partial<PutMetricAlarmInput> = {},
): PutMetricAlarmInput {
  return {
    AlarmName: name,
    Namespace: "Checkout",
    MetricName: "Errors",
    Statistic: "Sum",
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 5,
    ComparisonOperator: "GreaterThanThreshold",
    ...more,
  };
}
