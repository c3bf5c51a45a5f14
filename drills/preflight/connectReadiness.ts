/** Whether the way home is armed, over AWS SDK clients: reads only. */
import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  ListAlarmMuteRulesCommand,
  type MetricAlarm,
} from "@aws-sdk/client-cloudwatch";
import { DescribeServicesCommand, type ECSClient } from "@aws-sdk/client-ecs";
import {
  DescribeTagsCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  GetPolicyCommand,
  type LambdaClient,
  ResourceNotFoundException as FunctionOrPolicyNotFound,
} from "@aws-sdk/client-lambda";
import type { LocatedEnvironment } from "../../guard/environment.ts";
import { ENVIRONMENT_TAG } from "../../guard/names.ts";
import { ALL_SIGNALS, type AnySignal } from "../../guard/signals.ts";
import type { Slot } from "../../guard/slot.ts";
import { permitsAlarm } from "../verdict/invokePolicy.ts";
import type { LeastRequests, Readiness } from "./readiness.ts";

interface ReadinessClients {
  readonly cloudwatch: CloudWatchClient;
  readonly ecs: ECSClient;
  readonly elbv2: ElasticLoadBalancingV2Client;
  readonly lambda: LambdaClient;
}

type Located = Pick<
  LocatedEnvironment,
  "name" | "names" | "loadBalancerArn" | "listenerArn" | "targetGroupArns"
>;

export function connectReadiness(clients: ReadinessClients, environment: Located): Readiness {
  const { names } = environment;
  return {
    async read(slot) {
      const guardAlarm = names.guardAlarm[slot];
      const signals = alarmNames(names, slot);
      const [described, mutes, strangers] = await Promise.all([
        clients.cloudwatch.send(
          new DescribeAlarmsCommand({
            AlarmNames: [guardAlarm, ...signals.values()],
            AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
          }),
        ),
        clients.cloudwatch.send(
          new ListAlarmMuteRulesCommand({ AlarmName: guardAlarm, Statuses: ["ACTIVE"] }),
        ),
        strangersOf(clients, environment, slot),
      ]);
      const guard = described.CompositeAlarms?.find(({ AlarmName }) => AlarmName === guardAlarm);
      const metric = described.MetricAlarms ?? [];
      const permission = await readPermission(
        clients.lambda,
        names.guardFunction,
        guard?.AlarmArn ?? "",
      );
      return {
        slot,
        guardAlarm,
        actionsEnabled: guard?.ActionsEnabled ?? false,
        // A version or an alias may follow the name.
        callsGuard: (guard?.AlarmActions ?? []).some(
          (action) => action.split(":function:")[1]?.split(":")[0] === names.guardFunction,
        ),
        ...permission,
        muteRules: (mutes.AlarmMuteRuleSummaries ?? []).map(
          ({ AlarmMuteRuleArn = "" }) => AlarmMuteRuleArn.split("alarm-mute-rule:")[1] ?? "",
        ),
        warming: metric
          // The SDK does not know this state yet (CloudWatch user guide, "Alarm warm-up periods").
          .filter(({ EvaluationState }) => String(EvaluationState) === "IN_WARM_UP")
          .map(({ AlarmName = "" }) => AlarmName),
        leastRequests: Object.fromEntries(
          [...signals].flatMap(([signal, name]) => {
            const least = leastRequests(metric.find(({ AlarmName }) => AlarmName === name));
            return least ? [[signal, least]] : [];
          }),
        ),
        strangers,
      };
    },
  };
}

function alarmNames(names: Located["names"], slot: Slot): ReadonlyMap<AnySignal, string> {
  const byName: Readonly<Record<AnySignal, string>> = {
    errors: names.errorAlarm[slot],
    unhealthy: names.unhealthyAlarm[slot],
    latency: names.latencyAlarm[slot],
    latencyRatio: names.latencyRatioAlarm[slot],
    fastErrors: names.fastErrorAlarm[slot],
    fastLatency: names.fastLatencyAlarm[slot],
  };
  return new Map(ALL_SIGNALS.map((signal) => [signal, byName[signal]]));
}

/** The alarms say it in their expressions: `IF((requests - probes) >= 20, ...)`. */
function leastRequests(alarm: MetricAlarm | undefined): LeastRequests | undefined {
  const expressions = (alarm?.Metrics ?? []).map(({ Expression = "" }) => Expression);
  const least = expressions
    .flatMap((text) => [...text.matchAll(/\brequests(?: - probes\))? >= (\d+)/g)])
    .map(([, digits]) => Number(digits));
  if (least.length === 0) return undefined;
  const periods = (alarm?.Metrics ?? []).flatMap(({ MetricStat }) => MetricStat?.Period ?? []);
  return { requests: Math.min(...least), periodSeconds: periods[0] ?? 60 };
}

async function readPermission(
  lambda: LambdaClient,
  functionName: string,
  alarmArn: string,
): Promise<{ readonly functionExists: boolean; readonly invokePermitted: boolean }> {
  try {
    const { Policy } = await lambda.send(new GetPolicyCommand({ FunctionName: functionName }));
    return { functionExists: true, invokePermitted: permitsAlarm(Policy ?? "{}", alarmArn) };
  } catch (error) {
    if (!(error instanceof FunctionOrPolicyNotFound)) throw error;
    // One error for two cases: "Function not found: ARN" against "The resource you requested ...".
    const functionExists = !/^Function not found/i.test(error.message);
    return { functionExists, invokePermitted: false };
  }
}

/** The load balancer, both target groups, and the slot's service: what drills change. */
async function strangersOf(
  { elbv2, ecs }: ReadinessClients,
  { name, names, loadBalancerArn, targetGroupArns }: Located,
  slot: Slot,
): Promise<string[]> {
  const arns = [loadBalancerArn, targetGroupArns.blue, targetGroupArns.green];
  const [{ TagDescriptions = [] }, { services = [] }] = await Promise.all([
    elbv2.send(new DescribeTagsCommand({ ResourceArns: arns })),
    ecs.send(
      new DescribeServicesCommand({
        cluster: names.cluster,
        services: [names.service[slot]],
        include: ["TAGS"],
      }),
    ),
  ]);
  const tagged = new Set([
    ...TagDescriptions.filter(({ Tags = [] }) =>
      Tags.some(({ Key, Value }) => Key === ENVIRONMENT_TAG && Value === name),
    ).map(({ ResourceArn }) => ResourceArn),
    ...services
      .filter(({ tags = [] }) =>
        tags.some(({ key, value }) => key === ENVIRONMENT_TAG && value === name),
      )
      .map(({ serviceArn }) => serviceArn),
  ]);
  const all = [...arns, ...services.flatMap(({ serviceArn }) => serviceArn ?? [])];
  return all.filter((arn) => !tagged.has(arn));
}
