/** A slot's alarms: error rate, no healthy host, and their composite, whose action is the guard. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EnvironmentNames } from "../guard/names.ts";
import type { Slot } from "../guard/slot.ts";
import { RehearsedBreak } from "./args.ts";
import type { TrafficSplit } from "./trafficSplit.ts";

export interface GuardAlarmsArgs {
  readonly names: EnvironmentNames;
  readonly slot: Slot;
  readonly split: TrafficSplit;
  readonly function: aws.lambda.Function;
  readonly accountId: pulumi.Input<string>;
  readonly errorRatePercent: number;
  readonly minimumRequestsPerMinute: number;
  readonly rehearseWithout: RehearsedBreak | undefined;
  readonly tags: Record<string, string>;
}

/** The load balancer publishes once a minute; a shorter period would see mostly missing points. */
const PERIOD_SECONDS = 60;

export class GuardAlarms extends pulumi.ComponentResource {
  readonly guardAlarm: aws.cloudwatch.CompositeAlarm;

  constructor(name: string, args: GuardAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("backout:index:GuardAlarms", name, {}, opts);
    const { names, slot, tags } = args;
    const child = { parent: this };
    const dimensions = {
      LoadBalancer: args.split.loadBalancer.arnSuffix,
      TargetGroup: args.split.targetGroups[slot].arnSuffix,
    };

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
          renderSum("requests", "RequestCount", dimensions),
          renderSum("errors", "HTTPCode_Target_5XX_Count", dimensions),
          renderSum("refused", "TargetConnectionErrorCount", dimensions),
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
        // This metric is always reported while targets are registered: silence is no health.
        treatMissingData: "breaching",
        tags,
      },
      child,
    );
    this.guardAlarm = new aws.cloudwatch.CompositeAlarm(
      name,
      {
        alarmName: names.guardAlarm[slot],
        alarmDescription: `The release in slot ${slot} is bad: its traffic goes back`,
        alarmRule: pulumi.interpolate`ALARM("${errors.name}") OR ALARM("${unhealthy.name}")`,
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

function renderSum(
  id: string,
  metricName: string,
  dimensions: Record<string, pulumi.Input<string>>,
): aws.types.input.cloudwatch.MetricAlarmMetricQuery {
  return {
    id,
    metric: {
      namespace: "AWS/ApplicationELB",
      metricName,
      dimensions,
      period: PERIOD_SECONDS,
      stat: "Sum",
    },
  };
}
