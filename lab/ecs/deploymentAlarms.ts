/**
 * Deployments under the eyes of CloudWatch alarms: what a look at the alarms means, and for how
 * long a finished deployment is still watched (its bake time).
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
 */
import type { WatchedAlarm } from "./ports.ts";
import type { AlarmWatch, DeploymentRecord, ServiceRecord } from "./store.ts";

/** "The default bake time is less than 5 minutes", computed from the alarms in an unknown way. */
const LONGEST_DEFAULT_BAKE_MS = 5 * 60_000;

/** Whether the PRIMARY deployment is one that alarms can fail. */
export function isWatched(service: ServiceRecord): boolean {
  const [primary] = service.deployments;
  return (
    service.status === "ACTIVE" &&
    service.configuration.alarms?.enable === true &&
    primary?.rolloutState === "IN_PROGRESS" &&
    primary.watch.kind !== "ignored"
  );
}

/**
 * The watch after a look at `alarms`. "If an alarm is in the ALARM state at the beginning of a
 * deployment, Amazon ECS will not monitor alarms for the duration of that deployment."
 */
export function watchAfter(before: AlarmWatch, alarms: readonly WatchedAlarm[]): AlarmWatch {
  if (before.kind !== "not looked yet") return before;
  if (alarms.some(({ state }) => state === "ALARM")) return { kind: "ignored" };
  const longest = Math.max(0, ...alarms.map(({ windowMs }) => windowMs));
  return { kind: "watched", bakeMs: Math.min(longest, LONGEST_DEFAULT_BAKE_MS) };
}

/** How long the deployment is watched after all else is done; undefined is "not known yet". */
export function bakeTimeMs(
  service: ServiceRecord,
  deployment: DeploymentRecord,
): number | undefined {
  const { bakeTimeInMinutes, alarms } = service.configuration;
  if (bakeTimeInMinutes !== undefined) return bakeTimeInMinutes * 60_000;
  if (!alarms?.enable || deployment.watch.kind === "ignored") return 0;
  return deployment.watch.kind === "watched" ? deployment.watch.bakeMs : undefined;
}
