/**
 * What the task of a scheduled drill may do: each action that its drills need (as `drill run --dry-run`
 * lists them), on this environment's own resources wherever AWS authorises the action on any. Pure.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
import { defect } from "../base/errors.ts";
import { chooseFault } from "../drills/faults/registry.ts";
import { RUNNER_PERMISSIONS } from "../drills/faults/runnerPermissions.ts";
import { isS3, keyIn, s3Place } from "../drills/journal/s3Place.ts";
import type { ScheduledDrill } from "../drills/schedule/schedule.ts";
import { type EnvironmentNames, FAST_NAMESPACE } from "../guard/names.ts";
import { SLOTS } from "../guard/slot.ts";
import type { Grant } from "./policy.ts";

/** Where the environment is: the task's credentials must be of this account. */
export interface Place {
  readonly region: string;
  readonly accountId: string;
}

/** A grant whose resources are known: no output among them. */
export interface KnownGrant extends Grant {
  readonly resources: readonly string[];
}

/** An inline policy of the task's role. */
export interface DrillPolicy {
  readonly name: string;
  readonly grants: readonly KnownGrant[];
}

interface Scope {
  readonly resources: readonly string[];
  readonly when?: Readonly<Record<string, string>>;
}

/**
 * One policy for what every drill needs, and one for each drill that needs more, in the order of the
 * schedule.
 */
export function drillPolicies(
  drills: readonly ScheduledDrill[],
  names: EnvironmentNames,
  place: Place,
): readonly DrillPolicy[] {
  const base = new Set(RUNNER_PERMISSIONS);
  const own = new Map<string, Set<string>>();
  for (const { name, parameters } of drills) {
    const needed = own.get(name) ?? new Set<string>();
    for (const { permissions } of chooseFault(name, parameters).steps) {
      for (const action of permissions) if (!base.has(action)) needed.add(action);
    }
    own.set(name, needed);
  }
  return [
    { name: "runner", grants: grantsOf([...base], names, place) },
    ...[...own]
      .filter(([, actions]) => actions.size > 0)
      .map(([name, actions]) => ({
        name: `drill-${name}`,
        grants: grantsOf([...actions], names, place),
      })),
  ];
}

/** To write the journal and to read it back; nothing for a directory. */
export function journalGrants(journal: string): readonly KnownGrant[] {
  if (!isS3(journal)) return [];
  const place = s3Place(journal);
  const bucket = `arn:aws:s3:::${place.bucket}`;
  const objects = `${bucket}/${keyIn(place, "*")}`;
  return [
    { actions: ["s3:GetObject", "s3:PutObject"], resources: [objects] },
    { actions: ["s3:ListBucket"], resources: [bucket] },
  ];
}

/** Actions of one scope in one statement. */
function grantsOf(
  actions: readonly string[],
  names: EnvironmentNames,
  place: Place,
): readonly KnownGrant[] {
  const scopes = scopesOf(names, place);
  const scoped = actions.toSorted().map((action) => {
    const scope = scopes[action];
    if (!scope) throw defect(`nobody has said on what a drill may do ${action}`);
    return { action, scope };
  });
  const groups = Map.groupBy(scoped, ({ scope }) => JSON.stringify(scope));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ actions: group.map(({ action }) => action), ...first.scope }] : [];
  });
}

const on = (...resources: readonly string[]): Scope => ({ resources });

function scopesOf(names: EnvironmentNames, { region, accountId }: Place): Record<string, Scope> {
  const arn = (service: string, resource: string): string =>
    `arn:aws:${service}:${region}:${accountId}:${resource}`;
  const any = on("*");
  const alarm = (name: string): string => arn("cloudwatch", `alarm:${name}`);
  const guardAlarms = SLOTS.map((slot) => alarm(names.guardAlarm[slot]));
  const signalAlarms = [
    names.errorAlarm,
    names.unhealthyAlarm,
    names.latencyAlarm,
    names.latencyRatioAlarm,
    names.fastErrorAlarm,
    names.fastLatencyAlarm,
  ].flatMap((bySlot) => SLOTS.map((slot) => alarm(bySlot[slot])));
  // A drill's own, made and removed by it.
  const muteRules = arn("cloudwatch", "alarm-mute-rule:backout-drill-*");
  const tables = on(
    arn("dynamodb", `table/${names.recordTable}`),
    arn("dynamodb", `table/${names.faultTable}`),
  );
  const tasks = on(arn("ecs", `task/${names.cluster}/*`));
  const guard = on(arn("lambda", `function:${names.guardFunction}`));
  const experiments = on(arn("fis", "experiment/*"));
  const templates = on(arn("fis", "experiment-template/*"));
  const guardRole = on(`arn:aws:iam::${accountId}:role/${names.guardFunction}`);
  return {
    // Composite alarms are described under no narrower scope, and metrics have no resources.
    "cloudwatch:DescribeAlarmHistory": any,
    "cloudwatch:DescribeAlarms": any,
    "cloudwatch:GetMetricStatistics": any,
    "cloudwatch:ListAlarmMuteRules": any,
    "cloudwatch:ListTagsForResource": on(...guardAlarms),
    "cloudwatch:PutMetricData": { ...any, when: { "cloudwatch:namespace": FAST_NAMESPACE } },
    "cloudwatch:SetAlarmState": on(...signalAlarms),
    "cloudwatch:PutMetricAlarm": on(...signalAlarms),
    "cloudwatch:DisableAlarmActions": on(...guardAlarms),
    "cloudwatch:EnableAlarmActions": on(...guardAlarms),
    "cloudwatch:PutAlarmMuteRule": on(muteRules, ...guardAlarms),
    "cloudwatch:GetAlarmMuteRule": on(muteRules),
    "cloudwatch:DeleteAlarmMuteRule": on(muteRules),
    "dynamodb:DeleteItem": tables,
    "dynamodb:GetItem": tables,
    "dynamodb:ListTagsOfResource": tables,
    "dynamodb:PutItem": tables,
    "dynamodb:Query": tables,
    "ecs:DescribeServices": on(
      ...SLOTS.map((slot) => arn("ecs", `service/${names.cluster}/${names.service[slot]}`)),
    ),
    // Fargate's tasks are listed under no container instance: the cluster bounds it.
    "ecs:ListTasks": { ...any, when: { "ecs:cluster": arn("ecs", `cluster/${names.cluster}`) } },
    "ecs:DescribeTasks": tasks,
    "ecs:StopTask": tasks,
    // ELBv2 authorises its Describe calls on all resources only.
    "elasticloadbalancing:DescribeListeners": any,
    "elasticloadbalancing:DescribeLoadBalancers": any,
    "elasticloadbalancing:DescribeTags": any,
    "elasticloadbalancing:DescribeTargetGroups": any,
    "elasticloadbalancing:DescribeTargetHealth": any,
    "elasticloadbalancing:ModifyListener": on(
      arn("elasticloadbalancing", `listener/app/${names.loadBalancer}/*/*`),
    ),
    "elasticloadbalancing:ModifyTargetGroup": on(
      ...SLOTS.map((slot) =>
        arn("elasticloadbalancing", `targetgroup/${names.targetGroup[slot]}/*`),
      ),
    ),
    // What an experiment does is its template's and that template's role's, and FIS checks its targets.
    "fis:GetExperiment": experiments,
    "fis:GetExperimentTemplate": templates,
    "fis:ListExperiments": any,
    "fis:StartExperiment": on(...templates.resources, ...experiments.resources),
    "fis:StopExperiment": experiments,
    "fis:TagResource": experiments,
    "iam:DeleteRolePolicy": guardRole,
    "iam:GetRolePolicy": guardRole,
    "iam:PutRolePolicy": guardRole,
    "lambda:AddPermission": guard,
    "lambda:DeleteFunctionConcurrency": guard,
    "lambda:GetFunctionConcurrency": guard,
    "lambda:GetFunctionConfiguration": guard,
    "lambda:GetPolicy": guard,
    "lambda:ListTags": guard,
    "lambda:PutFunctionConcurrency": guard,
    "lambda:RemovePermission": guard,
    "lambda:UpdateFunctionConfiguration": guard,
    "logs:FilterLogEvents": on(arn("logs", `log-group:/aws/lambda/${names.guardFunction}:*`)),
  };
}
