/**
 * A slot's alarms (error rate, no healthy host, latency; fast ones where the environment has them)
 * and their composite, whose action is the guard. The load balancer's own 5xx (HTTPCode_ELB_5XX_Count) decide nothing: they carry no target
 * group, so they do not say which slot to leave, and both slots' alarms would go off together. What
 * causes them is seen by slot: refused connections, and a group without a healthy host.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EnvironmentNames } from "../guard/names.ts";
import type { Slot } from "../guard/slot.ts";
import { fastErrorAlarm, fastLatencyAlarm } from "./fastAlarms.ts";
import { RehearsedBreak } from "./guardArgs.ts";
import { latencyAlarm, latencyRatioAlarm } from "./latencyAlarms.ts";
import { PERIOD_SECONDS, renderMetric, slotDimensions } from "./slotMetrics.ts";
import type { TrafficSplit } from "./trafficSplit.ts";

export interface GuardAlarmsArgs {
  readonly environment: string;
  readonly names: EnvironmentNames;
  readonly slot: Slot;
  readonly split: TrafficSplit;
  readonly function: aws.lambda.Function;
  readonly accountId: pulumi.Input<string>;
  readonly errorRatePercent: number;
  readonly minimumRequestsPerMinute: number;
  readonly latencyP99Seconds: number;
  readonly latencyRatio: number;
  readonly fastSignals: boolean;
  readonly rehearseWithout: RehearsedBreak | undefined;
  readonly tags: Record<string, string>;
}

export class GuardAlarms extends pulumi.ComponentResource {
  readonly guardAlarm: aws.cloudwatch.CompositeAlarm;

  constructor(name: string, args: GuardAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("backout:index:GuardAlarms", name, {}, opts);
    const { names, slot, tags } = args;
    const child = { parent: this };
    const dimensions = slotDimensions(args.split, slot);

    const errors = new aws.cloudwatch.MetricAlarm(
      `${name}-errors`,
      {
        name: names.errorAlarm[slot],
        alarmDescription: `More than ${args.errorRatePercent} % of the requests to slot ${slot} fail`,
        comparisonOperator: "GreaterThanThreshold",
        threshold: args.errorRatePercent,
        evaluationPeriods: 1,
        datapointsToAlarm: 1,
        // The load balancer reports errors only when there are some: silence is health here.
        treatMissingData: "notBreaching",
        metricQueries: [
          {
            id: "rate",
            expression:
              `IF(requests >= ${args.minimumRequestsPerMinute}, ` +
              "100 * (errors + refused) / requests)",
            label: "Failed requests, percent",
            returnData: true,
          },
          renderMetric("requests", "RequestCount", "Sum", dimensions),
          renderMetric("errors", "HTTPCode_Target_5XX_Count", "Sum", dimensions),
          renderMetric("refused", "TargetConnectionErrorCount", "Sum", dimensions),
        ],
        tags,
      },
      child,
    );
    const unhealthy = new aws.cloudwatch.MetricAlarm(
      `${name}-unhealthy`,
      {
        name: names.unhealthyAlarm[slot],
        alarmDescription: `Slot ${slot} has no healthy target`,
        namespace: "AWS/ApplicationELB",
        metricName: "HealthyHostCount",
        dimensions,
        statistic: "Minimum",
        period: PERIOD_SECONDS,
        comparisonOperator: "LessThanThreshold",
        threshold: 1,
        evaluationPeriods: 2,
        datapointsToAlarm: 2,
        // This metric is always reported while targets are registered: silence is no health. A slot
        // whose tasks crash at their start has no target at all, and nothing else shows it. The silent
        // minutes count once no older point is left in what CloudWatch looks back at.
        treatMissingData: "breaching",
        tags,
      },
      child,
    );
    const latency = latencyAlarm(`${name}-latency`, args, child);
    const latencyRatio = latencyRatioAlarm(`${name}-latency-ratio`, args, child);
    const fast = args.fastSignals
      ? [
          fastErrorAlarm(`${name}-fast-errors`, args, child),
          fastLatencyAlarm(`${name}-fast-latency`, args, child),
        ]
      : [];
    const signals = [errors, unhealthy, latency, latencyRatio, ...fast];
    this.guardAlarm = new aws.cloudwatch.CompositeAlarm(
      name,
      {
        alarmName: names.guardAlarm[slot],
        alarmDescription: `The release in slot ${slot} is bad: its traffic goes back`,
        alarmRule: pulumi
          .all(signals.map((signal) => signal.name))
          .apply((signalNames) => signalNames.map((one) => `ALARM("${one}")`).join(" OR ")),
        alarmActions:
          args.rehearseWithout === RehearsedBreak.AlarmAction ? [] : [args.function.arn],
        tags,
      },
      child,
    );
    if (args.rehearseWithout !== RehearsedBreak.Permission) {
      new aws.lambda.Permission(
        name,
        {
          statementId: `guard-alarm-${slot}`,
          action: "lambda:InvokeFunction",
          function: args.function.name,
          principal: "lambda.alarms.cloudwatch.amazonaws.com",
          sourceAccount: args.accountId,
          sourceArn: this.guardAlarm.arn,
        },
        child,
      );
    }
    this.registerOutputs({ guardAlarmArn: this.guardAlarm.arn });
  }
}
