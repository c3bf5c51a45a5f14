/** `backout env releases`: the last stable releases, how each would come back, and how long it takes. */
import { formatDuration } from "../base/duration.ts";
import type { StableRelease } from "../guard/history.ts";
import {
  deployTimesOf,
  describeEstimate,
  type Estimate,
  estimateDeploy,
} from "../guard/rollback/estimate.ts";
import { isWarm, knownReleases, type RollbackSight } from "../guard/rollback/plan.ts";
import type { SlotServices } from "../guard/slotServices.ts";
import { otherSlot, SLOTS } from "../guard/slot.ts";
import { commandLine } from "./paths.ts";
import { stamp, withoutArns } from "./words.ts";
import type { TickPorts } from "../guard/rollout/tick.ts";

/** `stable`: it has the traffic. `warm`: only weights move. `deploy`: into the idle slot first. */
export type Comeback = "stable" | "warm" | "deploy" | "gone" | "bad";

export interface ReleaseRow extends StableRelease {
  readonly comeback: Comeback;
  /** Of a deployment; null where nothing is deployed. */
  readonly estimate: Estimate | null;
}

/** Everything that a rollback to a release must know, read now. */
export async function lookForRollback(guard: TickPorts): Promise<RollbackSight> {
  const [record, live, blue, green, deployed] = await Promise.all([
    guard.store.read(),
    guard.traffic.read(),
    guard.traffic.healthyTargets("blue"),
    guard.traffic.healthyTargets("green"),
    guard.deployed!(),
  ]);
  return { record, deployed, weights: live.weights, healthyTargets: { blue, green } };
}

/** Of deployments that ECS remembers of either slot, and of what the idle slot's alarm says now. */
export async function estimateNow(
  { record }: Pick<RollbackSight, "record">,
  services: SlotServices,
  guard: TickPorts,
): Promise<Estimate> {
  const [alarm, ...seen] = await Promise.all([
    guard.alarmStateOf(otherSlot(record.stable)),
    ...SLOTS.map((slot) => services.look(slot)),
  ]);
  return estimateDeploy(seen.flatMap(deployTimesOf), alarm === "OK");
}

export async function releaseRows(
  sight: RollbackSight,
  services: SlotServices,
  guard: TickPorts,
): Promise<ReleaseRow[]> {
  const estimate = await estimateNow(sight, services, guard);
  const rows: ReleaseRow[] = [];
  for (const entry of knownReleases(sight)) {
    const comeback = await comebackOf(entry, sight, services);
    rows.push({ ...entry, comeback, estimate: comeback === "deploy" ? estimate : null });
  }
  return rows;
}

async function comebackOf(
  { release, bad, taskDefinition }: StableRelease,
  sight: RollbackSight,
  services: SlotServices,
): Promise<Comeback> {
  if (release === sight.deployed[sight.record.stable].release) return "stable";
  if (bad) return "bad";
  if (isWarm(release, sight)) return "warm";
  return taskDefinition !== null && (await services.isThere(taskDefinition)) ? "deploy" : "gone";
}

export function renderReleases(name: string, rows: readonly ReleaseRow[]): string[] {
  const width = Math.max(...rows.map(({ release }) => release.length), 7);
  return [
    `${name}: the last ${rows.length === 1 ? "stable release" : `${rows.length} stable releases`}`,
    ...rows.map((row) => {
      const since = row.promotedAt === null ? "since the beginning" : stamp(row.promotedAt);
      const head = `  ${row.release.padEnd(width)}  slot ${row.slot.padEnd(5)}  ${since.padEnd(20)}`;
      return `${head}  ${wordsFor(row)}`;
    }),
    ...(rows.some(({ comeback }) => comeback === "warm" || comeback === "deploy")
      ? [`  \`${commandLine("env rollback --to RELEASE")}\` goes back to one of them`]
      : []),
  ];
}

function wordsFor({ comeback, estimate, bad }: ReleaseRow): string {
  if (comeback === "stable") return "has the traffic";
  if (comeback === "warm") return "warm: as fast as a reversion, seconds";
  if (comeback === "bad")
    return `was left at ${stamp(bad?.at ?? "")}: ${withoutArns(bad?.why ?? "")}`;
  if (comeback === "gone") return "its task definition is gone: deploy it anew";
  return `deployed into the idle slot first: ${estimate ? describeEstimate(estimate) : ""}`;
}

/** What was measured, part by part. */
export function renderParts(parts: {
  readonly deployMs: number;
  readonly alarmMs: number;
  readonly shiftMs: number;
}): string {
  const { deployMs, alarmMs, shiftMs } = parts;
  return (
    `deployed in ${formatDuration(deployMs)}, alarm OK after ${formatDuration(alarmMs)} more, ` +
    `traffic moved in ${formatDuration(shiftMs)}`
  );
}
