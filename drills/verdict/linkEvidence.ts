/** Gathers, through AWS's own reads, what tells which link of the way home failed. */
import { type CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import {
  type CloudWatchLogsClient,
  FilterLogEventsCommand,
  ResourceNotFoundException as LogGroupNotFound,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  GetPolicyCommand,
  type LambdaClient,
  ResourceNotFoundException as FunctionOrPolicyNotFound,
} from "@aws-sdk/client-lambda";
import type { Clock } from "../../base/clock.ts";
import type { EnvironmentNames } from "../../guard/names.ts";
import type { RecordStore } from "../../guard/recordStore.ts";
import { allOn, sameWeights } from "../../guard/slot.ts";
import type { Traffic } from "../../guard/traffic.ts";
import type { AlarmReader } from "../alarms.ts";
import type { LinkEvidence, LinkQuestion } from "./brokenLink.ts";
import { permitsAlarm } from "./invokePolicy.ts";

export interface EvidenceSources {
  readonly cloudwatch: CloudWatchClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly clock: Clock;
  readonly names: EnvironmentNames;
  readonly alarms: AlarmReader;
  readonly store: RecordStore;
  readonly traffic: Traffic;
}

/** How an error looks in the log of a Node.js function: the runtime's own lines, text or JSON format. */
const ERROR_LINE = /\tERROR\t|"level":\s*"(?:ERROR|FATAL)"|Task timed out after|Runtime\.[A-Z]\w+/;

/** A source that cannot be read leaves its part of the evidence null and stops nothing. */
export async function gatherEvidence(
  sources: EvidenceSources,
  question: LinkQuestion,
): Promise<LinkEvidence> {
  const { alarms, store, traffic, names } = sources;
  const { slot, home, sinceMs } = question;
  const [shown, transitionMs, failedActions, fromLogs, fromMetric, reversions, live] =
    await Promise.all([
      orNull(alarms.read(slot)),
      orNull(alarms.firstAlarmSince(slot, sinceMs).then((at) => ({ at }))),
      orNull(alarms.failedActionsSince(slot, sinceMs)),
      orNull(errorsInLog(sources, sinceMs)),
      orNull(errorsInMetric(sources, sinceMs)),
      orNull(store.reversions()),
      orNull(traffic.read()),
    ]);
  const guard = shown?.guard;
  const permission = guard ? await orNull(readPermission(sources, guard.arn)) : null;
  const isGuard = (action: string): boolean =>
    action.includes(`:function:${names.guardFunction}`) &&
    /^(?::[\w$-]+)?$/.test(action.split(`:function:${names.guardFunction}`)[1] ?? "-");
  return {
    alarmTransitioned: transitioned(transitionMs, guard, sinceMs),
    actionInPlace: guard ? guard.actionsEnabled && guard.alarmActions.some(isGuard) : null,
    failedActions: failedActions ?? [],
    functionExists: permission?.functionExists ?? null,
    invokePermitted: permission?.permitted ?? null,
    functionErrored: eitherTrue(fromLogs, fromMetric),
    outcomes: (reversions ?? [])
      .filter((entry) => entry.alarm.slot === slot)
      .filter((entry) => !question.knownReversionIds.includes(entry.id))
      .map((entry) => entry.outcome),
    weightsHome: live ? sameWeights(live.weights, allOn(home)) && !live.sticky : null,
  };
}

/** True when one says so, null when neither can be read. */
function eitherTrue(a: boolean | null, b: boolean | null): boolean | null {
  if (a === null || b === null) return a ?? b;
  return a || b;
}

function transitioned(
  history: { readonly at: number | null } | null,
  guard: { readonly state: string; readonly transitionedMs: number | null } | undefined,
  sinceMs: number,
): boolean | null {
  if (history?.at != null) return true;
  if (guard?.state === "ALARM" && (guard.transitionedMs ?? 0) >= sinceMs) return true;
  return history ? false : null;
}

async function readPermission(
  { lambda, names }: EvidenceSources,
  alarmArn: string,
): Promise<{ functionExists: boolean; permitted: boolean }> {
  try {
    const { Policy } = await lambda.send(
      new GetPolicyCommand({ FunctionName: names.guardFunction }),
    );
    return { functionExists: true, permitted: permitsAlarm(Policy ?? "{}", alarmArn) };
  } catch (error) {
    if (!(error instanceof FunctionOrPolicyNotFound)) throw error;
    // One error for two cases: "Function not found: ARN" against "The resource you requested ...".
    return { functionExists: !/^Function not found/i.test(error.message), permitted: false };
  }
}

async function errorsInLog({ logs, names }: EvidenceSources, sinceMs: number): Promise<boolean> {
  let nextToken: string | undefined;
  try {
    do {
      const page = await logs.send(
        new FilterLogEventsCommand({
          logGroupName: `/aws/lambda/${names.guardFunction}`,
          startTime: Math.floor(sinceMs),
          ...(nextToken ? { nextToken } : {}),
        }),
      );
      if (page.events?.some((event) => ERROR_LINE.test(event.message ?? ""))) return true;
      nextToken = page.nextToken;
    } while (nextToken);
    return false;
  } catch (error) {
    // No group: it has never run far enough to log.
    if (error instanceof LogGroupNotFound) return false;
    throw error;
  }
}

const LAMBDA_PERIOD_SECONDS = 60;

async function errorsInMetric(
  { cloudwatch, clock, names }: EvidenceSources,
  sinceMs: number,
): Promise<boolean> {
  const periodMs = LAMBDA_PERIOD_SECONDS * 1000;
  const { Datapoints } = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace: "AWS/Lambda",
      MetricName: "Errors",
      Dimensions: [{ Name: "FunctionName", Value: names.guardFunction }],
      StartTime: new Date(Math.floor(sinceMs / periodMs) * periodMs),
      EndTime: new Date(Math.floor(clock.now() / periodMs + 1) * periodMs),
      Period: LAMBDA_PERIOD_SECONDS,
      Statistics: ["Sum"],
    }),
  );
  return (Datapoints ?? []).some((point) => (point.Sum ?? 0) > 0);
}

async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch {
    return null;
  }
}
