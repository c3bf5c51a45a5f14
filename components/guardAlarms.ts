/**
 * A slot's alarms (error rate, no healthy host, latency; fast ones where the environment has them)
 * and their composite, whose action is the guard and whose rule is the environment's policy. The load
 * balancer's own 5xx (HTTPCode_ELB_5XX_Count) decide nothing: they carry no target group, so they do
 * not say which slot to leave, and both slots' alarms would go off together. What causes them is seen
 * by slot: refused connections, and a group without a healthy host.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EnvironmentNames } from "../guard/names.ts";
import type { Slot } from "../guard/slot.ts";
import { Role, type SignalPolicy } from "../guard/signalPolicy.ts";
import { ALL_SIGNALS, type AnySignal } from "../guard/signals.ts";
import { fastErrorAlarm, fastLatencyAlarm } from "./fastAlarms.ts";
import { RehearsedBreak } from "./guardArgs.ts";
import { latencyAlarm, latencyRatioAlarm } from "./latencyAlarms.ts";
import { guardRule } from "./signalPolicy.ts";
import {
  PERIOD_SECONDS,
  renderMetric,
  renderProbes,
  slotDimensions,
  usersExpression,
} from "./slotMetrics.ts";
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
  /** There is a watchdog, whose probes are no traffic. */
  readonly isProbed: boolean;
  readonly policy: SignalPolicy;
  /** Hears of every signal that does not revert alone. */
  readonly topicArn: pulumi.Input<string>;
  readonly rehearseWithout: RehearsedBreak | undefined;
  readonly tags: Record<string, string>;
}

export class GuardAlarms extends pulumi.ComponentResource {
  readonly guardAlarm: aws.cloudwatch.CompositeAlarm;

  constructor(name: string, args: GuardAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("backout:index:GuardAlarms", name, {}, opts);
    const { environment, names, slot, tags, policy, isProbed } = args;
    const child = { parent: this };
    /** An alarm that does not revert alone has a way of its own to people. */
    const told = (signal: AnySignal): { alarmActions?: pulumi.Input<string>[] } =>
      policy.roles[signal].role === Role.Immediate ? {} : { alarmActions: [args.topicArn] };
    const dimensions = slotDimensions(args.split, slot);

    const errors = new aws.cloudwatch.MetricAlarm(
      `${name}-errors`,
      {
        name: names.errorAlarm[slot],
        alarmDescription: `More than ${args.errorRatePercent} % of the requests to slot ${slot} fail`,
        ...told("errors"),
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
              `IF(${usersExpression("requests", isProbed ? "probes" : null)} >= ` +
              `${args.minimumRequestsPerMinute}, ` +
              "100 * (errors + refused) / requests)",
            label: "Failed requests, percent",
            returnData: true,
          },
          renderMetric("requests", "RequestCount", "Sum", dimensions),
          renderMetric("errors", "HTTPCode_Target_5XX_Count", "Sum", dimensions),
          renderMetric("refused", "TargetConnectionErrorCount", "Sum", dimensions),
          ...(isProbed ? [renderProbes("probes", environment, slot)] : []),
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
        ...told("unhealthy"),
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
    const slow = { ...args, ...told("latency") };
    const slower = { ...args, ...told("latencyRatio") };
    const signals: Partial<Record<AnySignal, aws.cloudwatch.MetricAlarm>> = {
      errors,
      unhealthy,
      latency: latencyAlarm(`${name}-latency`, slow, child),
      latencyRatio: latencyRatioAlarm(`${name}-latency-ratio`, slower, child),
    };
    if (args.fastSignals) {
      const failing = { ...args, ...told("fastErrors") };
      const dragging = { ...args, ...told("fastLatency") };
      signals.fastErrors = fastErrorAlarm(`${name}-fast-errors`, failing, child);
      signals.fastLatency = fastLatencyAlarm(`${name}-fast-latency`, dragging, child);
    }
    this.guardAlarm = new aws.cloudwatch.CompositeAlarm(
      name,
      {
        alarmName: names.guardAlarm[slot],
        alarmDescription: `The release in slot ${slot} is bad: its traffic goes back`,
        alarmRule: ruleOver(signals, policy),
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

/** Over the alarms' own names, so that they are there before the composite is. */
function ruleOver(
  alarms: Partial<Record<AnySignal, aws.cloudwatch.MetricAlarm>>,
  policy: SignalPolicy,
): pulumi.Output<string> {
  const entries = ALL_SIGNALS.flatMap((signal) => {
    const alarm = alarms[signal];
    return alarm ? [alarm.name.apply((name) => [signal, name] as const)] : [];
  });
  return pulumi.all(entries).apply((known) => {
    const names = new Map<AnySignal, string>(known);
    return guardRule(policy, [...names.keys()], (signal) => names.get(signal) ?? "");
  });
}
