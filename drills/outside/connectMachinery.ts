/** The links of the way home over AWS SDK clients. */
import {
  type CloudWatchClient,
  DeleteAlarmMuteRuleCommand,
  DescribeAlarmsCommand,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
  GetAlarmMuteRuleCommand,
  type MetricAlarm,
  PutAlarmMuteRuleCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmInput,
} from "@aws-sdk/client-cloudwatch";
import {
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  type IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { environmentError } from "../../base/errors.ts";
import type { EnvironmentNames } from "../../guard/names.ts";
import { connectGuardFunction } from "./connectGuardFunction.ts";
import type { AlarmDefinition, Machinery } from "./machinery.ts";

interface MachineryClients {
  readonly cloudwatch: CloudWatchClient;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
}

/** Members of a metric alarm that PutMetricAlarm takes back. */
const DEFINING = [
  "AlarmName",
  "AlarmDescription",
  "ActionsEnabled",
  "OKActions",
  "AlarmActions",
  "InsufficientDataActions",
  "MetricName",
  "Namespace",
  "Statistic",
  "ExtendedStatistic",
  "Dimensions",
  "Period",
  "Unit",
  "EvaluationPeriods",
  "DatapointsToAlarm",
  "Threshold",
  "ComparisonOperator",
  "TreatMissingData",
  "EvaluateLowSampleCountPercentile",
  "Metrics",
  "ThresholdMetricId",
  "WarmUpConfiguration",
] as const;

const MINUTE_MS = 60_000;

export function connectMachinery(
  { cloudwatch, iam, lambda }: MachineryClients,
  names: EnvironmentNames,
): Machinery {
  const RoleName = names.guardFunction;
  return {
    ...connectGuardFunction(lambda, names, async (slot) => {
      const AlarmNames = [names.guardAlarm[slot]];
      const { CompositeAlarms } = await cloudwatch.send(
        new DescribeAlarmsCommand({ AlarmNames, AlarmTypes: ["CompositeAlarm"] }),
      );
      return CompositeAlarms?.[0]?.AlarmArn ?? "";
    }),

    async setAlarmActions(alarm, enabled) {
      const AlarmNames = [alarm];
      await (enabled
        ? cloudwatch.send(new EnableAlarmActionsCommand({ AlarmNames }))
        : cloudwatch.send(new DisableAlarmActionsCommand({ AlarmNames })));
    },

    async mute(Name, alarm, fromMs, untilMs) {
      const minutes = Math.ceil((untilMs - fromMs) / MINUTE_MS);
      const Expression = `at(${new Date(fromMs).toISOString().slice(0, 16)})`;
      await cloudwatch.send(
        new PutAlarmMuteRuleCommand({
          Name,
          Rule: { Schedule: { Expression, Duration: `PT${Math.max(1, minutes)}M` } },
          MuteTargets: { AlarmNames: [alarm] },
          ExpireDate: new Date(untilMs),
        }),
      );
    },

    // What is not there is deleted as well: "the operation succeeds" (DeleteAlarmMuteRule).
    async unmute(AlarmMuteRuleName) {
      await cloudwatch.send(new DeleteAlarmMuteRuleCommand({ AlarmMuteRuleName }));
    },

    async isMuting(AlarmMuteRuleName) {
      try {
        const rule = await cloudwatch.send(new GetAlarmMuteRuleCommand({ AlarmMuteRuleName }));
        return rule.Status === "ACTIVE";
      } catch (error) {
        if (isNamed(error, /NotFound/)) return false;
        throw error;
      }
    },

    async definitionOf(AlarmName) {
      const found = await metricAlarm(cloudwatch, AlarmName);
      const members = DEFINING.flatMap((key) => {
        const value: unknown = found[key];
        // An empty list is shown where there is none, and refused where there may be none.
        const isNothing = value === undefined || (Array.isArray(value) && value.length === 0);
        return isNothing ? [] : [[key, value]];
      });
      // As the journal will give it back.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of an alarm with that name
      return JSON.parse(JSON.stringify(Object.fromEntries(members))) as AlarmDefinition;
    },

    async define(definition) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as `definitionOf` gave it
      const input = definition as unknown as PutMetricAlarmInput;
      await cloudwatch.send(new PutMetricAlarmCommand(input));
    },

    // The SDK does not know this state yet (CloudWatch user guide, "Alarm warm-up periods").
    isWarming: async (alarm) =>
      String((await metricAlarm(cloudwatch, alarm)).EvaluationState) === "IN_WARM_UP",

    async deny(PolicyName, { actions, resources, untilMs }) {
      // It ends by itself: what a dead runner leaves denies nothing for long.
      const Condition = { DateLessThan: { "aws:CurrentTime": new Date(untilMs).toISOString() } };
      const Statement = [{ Effect: "Deny", Action: actions, Resource: resources, Condition }];
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
    },

    async endDeny(PolicyName) {
      try {
        await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
      } catch (error) {
        if (!isNamed(error, /^NoSuchEntity/)) throw error;
      }
    },

    async denies(PolicyName) {
      try {
        await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
        return true;
      } catch (error) {
        if (isNamed(error, /^NoSuchEntity/)) return false;
        throw error;
      }
    },
  };
}

async function metricAlarm(cloudwatch: CloudWatchClient, name: string): Promise<MetricAlarm> {
  const { MetricAlarms } = await cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ["MetricAlarm"] }),
  );
  const found = MetricAlarms?.[0];
  if (!found) throw environmentError("no-such-alarm", `there is no metric alarm ${name}`);
  return found;
}

function isNamed(error: unknown, pattern: RegExp): boolean {
  return error instanceof Error && pattern.test(error.name);
}
