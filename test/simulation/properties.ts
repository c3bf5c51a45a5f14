/** What must be true of a drill that has ended, once everything has settled, and at the very end. */
import { isDeepStrictEqual } from "node:util";
import { chooseFault } from "../../drills/faults/registry.ts";
import { durations } from "../../drills/verdict/durations.ts";
import { type DrillRecord, drillRecordSchema } from "../../drills/verdict/record.ts";
import type { ReversionPath } from "../../guard/reversion.ts";
import { allOn, otherSlot, sameWeights, SLOTS } from "../../guard/slot.ts";
import type { World } from "./simulate.ts";

/** Of the record, against what the simulation knows. */
export function checkDrill(record: DrillRecord, world: World): void {
  partsSum(record, world);
  passedIsEarned(record, world);
  cleanIsClean(record, world);
  calmPasses(record, world);
}

/** Without it a drill that never passes would hold every other property. */
function calmPasses(record: DrillRecord, { scenario, watcher }: World): void {
  const isCalm = Object.values(scenario.troubles).every(
    (trouble) => trouble === null || trouble === false || JSON.stringify(trouble) === "[]",
  );
  if (!isCalm || scenario.wire.failing > 0 || scenario.ttlMs !== null) return;
  // The simulation has no watchdog: what leaves no other way home is to fail.
  const { homeBy } = chooseFault(scenario.drill);
  const ways = new Set<ReversionPath>(["primary", "reconcile"]);
  if (homeBy && !homeBy.some((way) => ways.has(way))) {
    if (record.verdict === "passed" && record.path !== "sentinel")
      watcher.violated("a drill can fail", `${scenario.drill} passed by ${record.path}`);
    return;
  }
  if (record.verdict === "passed") return;
  watcher.violated("a calm drill passes", `${record.verdict}: ${record.reason}`);
}

function partsSum(record: DrillRecord, { watcher }: World): void {
  drillRecordSchema.parse(record);
  const { detect, decide, revert, recover, total } = record.durations;
  const parts = [detect, decide, revert, recover];
  const sum = parts.reduce<number>((all, part) => all + (part ?? NaN), 0);
  const fits = parts.includes(null) ? total === null : total === sum;
  if (!fits) watcher.violated("parts sum", JSON.stringify(record.durations));
  const at = (event: string): number | null => {
    const found = record.timeline.find((entry) => entry.event === event);
    return found ? Date.parse(found.at) : null;
  };
  const [from, verified, last] = [at("fault.injected"), at("weights.verified"), at("impact.last")];
  if (total === null || from === null || verified === null) return;
  const whole = Math.max(verified, last ?? verified) - from;
  if (whole !== total) watcher.violated("parts sum", `${total} ms of ${whole} ms`);
  const again = durations(record.timeline, { needsImpact: false }).total;
  if (again !== total)
    watcher.violated("parts sum", `${total} ms, and ${again} ms by its timeline`);
}

function passedIsEarned(record: DrillRecord, { watcher, cloud, slots, truth }: World): void {
  if (record.verdict !== "passed") return;
  const at = (event: string): number =>
    Date.parse(record.timeline.find((entry) => entry.event === event)?.at ?? "");
  const wrong = (how: string): void => watcher.violated("passed is earned", how);
  const injectedMs = at("fault.injected");
  const sustainedMs = at("recovery.sustained");
  if (record.recovery !== "reverted") wrong(`recovery is ${record.recovery}`);
  const decided = record.timeline.find(({ event }) => event === "reversion.decided");
  // Of a guard that died with its write only the next call tells: that it found what one of ours did.
  const isLate = decided?.source === "runner";
  const reversion = [...cloud.reversions.values()].find(({ outcome, decidedAt, broughtHome }) =>
    isLate
      ? outcome === "already-home" && broughtHome === true
      : outcome === "reverted" && Date.parse(decidedAt) === at("reversion.decided"),
  );
  if (!reversion) wrong("no reversion that the guard wrote down was decided then");
  else if (Date.parse(reversion.decidedAt) < injectedMs)
    wrong("its reversion came before the fault");
  const home = cloud.moves.findLast(({ atMs }) => atMs <= sustainedMs);
  if (!home?.by.startsWith("guard") || home.weights.green > 0)
    wrong(`the traffic came home by ${home?.by ?? "nobody"}`);
  else if (home.atMs < injectedMs) wrong("the traffic came home before the fault");
  if (record.path !== reversion?.path) wrong(`path ${record.path} is not the reversion's`);
  if (!(sustainedMs >= at("weights.verified"))) wrong("recovery was sustained before the weights");
  // Of a push on a signal nothing remains that could end.
  const isPush = record.drill === "alarm-state";
  const gap = truth.gapIn(injectedMs, sustainedMs);
  if (!isPush && gap !== null) wrong(`the fault did not act at ${new Date(gap).toISOString()}`);
  if (slots.obeyed("blue")) wrong("the stable slot obeys a fault");
}

function cleanIsClean(record: DrillRecord, world: World): void {
  const { watcher, entries } = world;
  const left = residue(world);
  const touched = entries.some(({ type }) => type === "traffic.intent");
  const isNamed = record.residue.length > 0;
  if (isNamed !== (record.verdict === "stuck-on-removal")) {
    watcher.violated(
      "zero residue",
      `verdict ${record.verdict}, residue ${record.residue.join("; ")}`,
    );
  }
  const ownLeft = left.filter((what) => touched || what.startsWith("lease"));
  if (isNamed || ownLeft.length === 0 || isOthers(world)) return;
  watcher.violated("zero residue", `${record.verdict}, and yet there is: ${ownLeft.join("; ")}`);
}

/** Somebody else's doing is not the drill's to put back. */
function isOthers({ scenario, entries, cloud }: World): boolean {
  if (cloud.record.rollout) return true;
  const { stranger, rolloutAtMs, sickFromMs, stableUnhealthy } = scenario.troubles;
  const shifted = entries.some(({ type }) => type === "traffic.shifted");
  return (
    stranger !== null ||
    stableUnhealthy !== null ||
    ((rolloutAtMs ?? sickFromMs) !== null && !shifted)
  );
}

export function residue(world: World): string[] {
  const { cloud, slots, around, demand, clock, untouched, experiments } = world;
  const { record, weights, leases } = cloud;
  const machinery = around.machinery.snapshot();
  const live = [...leases.values()].filter(({ expiresAt }) => Date.parse(expiresAt) > clock.now());
  return [
    ...live.map(({ slot, fault }) => `lease of slot ${slot} for ${fault.kind}`),
    ...(slots.isFree ? [] : ["a sidecar obeys a lease"]),
    ...(around.checksFail || around.homeIsUnfit ? ["a health check is changed"] : []),
    ...(isDeepStrictEqual(machinery, untouched) ? [] : ["a link of the way home is not as it was"]),
    ...(experiments?.all ?? [])
      .filter(({ status }) => status !== "stopped")
      .map(({ id, status }) => `experiment ${id} is ${status}`),
    ...(around.apiFaults.size > 0 ? ["an API is told to fail"] : []),
    ...(demand.running > 0 ? ["a load is running"] : []),
    ...(sameWeights(weights, allOn(record.stable)) ? [] : [`weights ${JSON.stringify(weights)}`]),
    ...(record.latch ? [`slot ${record.latch.slot} is latched`] : []),
    ...(record.candidate ? [`slot ${record.candidate} is the candidate`] : []),
  ];
}

/** Some minutes after everything works again, before anybody helps. */
export function checkSettled({ cloud, watcher }: World): void {
  const { record, weights, healthy } = cloud;
  const { latch } = record;
  if (latch && weights[latch.slot] > 0 && healthy[otherSlot(latch.slot)] > 0) {
    watcher.violated(
      "no traffic on a latched release",
      `slot ${latch.slot} has ${weights[latch.slot]}`,
    );
  }
}

export function checkEnd(world: World): void {
  const { watcher, cloud } = world;
  const left = residue(world);
  if (left.length > 0) watcher.violated("zero residue", `at the end: ${left.join("; ")}`);
  for (const slot of SLOTS) {
    if (cloud.healthy[slot] === 0) watcher.violated("zero residue", `slot ${slot} is unhealthy`);
  }
}
