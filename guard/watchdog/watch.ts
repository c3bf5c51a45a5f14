/**
 * The second way home, one round a minute: it looks for itself, by probes, and moves the weights with
 * a role of its own. What it then does is the guard's own code: the same safety, the same latch.
 */
import { messageOf } from "../../base/errors.ts";
import type { SlotAlarms } from "../alarms.ts";
import { tried } from "../attempts.ts";
import { type LastResortPorts, type LastResortRound, mindLastResort } from "../lastResort/mind.ts";
import { act, type Alarm, type GuardPorts } from "../handle.ts";
import { environmentNames } from "../names.ts";
import { type Reversion, ReversionPath } from "../reversion.ts";
import type { Slot, Weights } from "../slot.ts";
import { escalating } from "./escalate.ts";
import { type ProbeJudgement, ProbeOutcome } from "./judge.ts";
import { type SightStore, sightOf } from "./sight.ts";
import { firstWayFailed, type Suspect, suspectsOf } from "./suspects.ts";

export interface WatchdogPorts extends GuardPorts {
  readonly alarms: (slot: Slot) => Promise<SlotAlarms>;
  /** Asks the data plane; never throws, and answers in a bounded time. */
  readonly probe: (suspect: Slot, weights: Weights | null) => Promise<ProbeJudgement>;
  /** The environment's clock, milliseconds: CloudWatch's stamps are in it. */
  readonly environmentNow: () => number;
  readonly sights: SightStore;
  /** What everybody gets when no side is fit. @default nothing of the kind */
  readonly lastResort?: LastResortPorts;
}

export interface Round {
  /** Of the last slot that was probed; null when there was no reason to. */
  readonly probes: ProbeJudgement | null;
  /** What was done; null when nothing was called for, or when it could not be done. */
  readonly reversion: Reversion | null;
  /** Why what was called for could not be done; people know. */
  readonly problem: string | null;
  /** Only where the environment has one. */
  readonly lastResort?: LastResortRound;
}

/**
 * One round, at most 7 s of wall time per suspect before it acts. It acts at once where no probe is
 * needed: on a latched slot with traffic, and on an alarm that the first way home left unheeded. On
 * what its probes find it acts when they found it before, and the first way had its time.
 *
 * @throws when neither record nor weights can be read
 */
export async function watch(plain: WatchdogPorts): Promise<Round> {
  const round = await bringHomeWhatMust(plain);
  const { lastResort } = plain;
  if (!lastResort) return round;
  const isStuck = round.problem !== null;
  try {
    return { ...round, lastResort: await mindLastResort({ ...round, isStuck }, lastResort, plain) };
  } catch (error) {
    plain.log(`the last resort was not looked after: ${messageOf(error)}`);
    return round;
  }
}

async function bringHomeWhatMust(plain: WatchdogPorts): Promise<Round> {
  const ports = escalating(plain);
  const { store, traffic, log } = ports;
  const unreadable = (what: string) => (error: unknown) => {
    log(`${what} cannot be read: ${messageOf(error)}`);
    return null;
  };
  const [record, weights] = await Promise.all([
    tried(() => store.read(), ports).catch(unreadable("the record")),
    tried(() => traffic.read(), ports).then((live) => live.weights, unreadable("the listener")),
  ]);
  if (!record && !weights) throw new Error("neither the record nor the listener can be read");
  const suspects = suspectsOf(record ?? "unreachable", weights);
  let probes: ProbeJudgement | null = null;
  for (const suspect of suspects) {
    const alarm = suspect.known === null ? await unheededAlarm(suspect, ports) : null;
    if (alarm) return { probes, ...(await bringHome(alarm, ports)) };
    if (suspect.known === null) {
      probes = await ports.probe(suspect.slot, weights);
      log(JSON.stringify({ slot: suspect.slot, probes }));
      if (!(await mayAct(suspect, probes, ports))) continue;
    }
    const seen = ownSight(suspect, suspect.known ?? probes?.why ?? "", ports);
    return { probes, ...(await bringHome(seen, ports)) };
  }
  return { probes, reversion: null, problem: null };
}

/**
 * Whether the probes found the slot bad, and the first way home had its time since they first did.
 * Where that cannot be known it has had: a table that does not answer may be what stops the first way.
 */
async function mayAct(
  { slot, shift }: Suspect,
  { outcome }: ProbeJudgement,
  { sights, environmentNow, log }: WatchdogPorts,
): Promise<boolean> {
  const isBad = outcome === ProbeOutcome.Bad;
  // Without the record nobody can say which shift it is.
  if (shift === undefined) return isBad;
  if (!isBad && outcome !== ProbeOutcome.Good) return false;
  try {
    const before = await sights.read();
    if (!isBad) {
      if (before) await sights.write(null);
      return false;
    }
    const now = sightOf(before, slot, shift, environmentNow());
    if (now.sight !== before) await sights.write(now.sight);
    if (!now.mayAct)
      log(`slot ${slot} is bad since ${now.sight.since}; the alarms have their time`);
    return now.mayAct;
  } catch (error) {
    log(`what was seen before cannot be read or written: ${messageOf(error)}`);
    return isBad;
  }
}

/** The slot's guard alarm, where it has been in ALARM so long that the first way must have failed. */
async function unheededAlarm({ slot }: Suspect, ports: WatchdogPorts): Promise<Alarm | null> {
  try {
    const { guard } = await tried(() => ports.alarms(slot), ports);
    if (!firstWayFailed(guard, ports.environmentNow())) return null;
    const { name, state, transitionedMs } = guard;
    const stateAt = new Date(transitionedMs ?? 0).toISOString();
    const unheeded = "nobody brought the traffic home since";
    const reason = guard.reason === "" ? unheeded : `${unheeded}; ${guard.reason}`;
    return { name, slot, state, stateAt, reason };
  } catch (error) {
    ports.log(`the alarm of slot ${slot} cannot be read: ${messageOf(error)}`);
    return null;
  }
}

/** Stamped with the end of the look, in wall time. */
function ownSight({ slot, shift }: Suspect, reason: string, ports: WatchdogPorts): Alarm {
  return {
    name: environmentNames(ports.environment).watchdog[slot],
    slot,
    state: "ALARM",
    stateAt: new Date(ports.now()).toISOString(),
    reason,
    seenBy: "watchdog",
    ...(shift !== undefined && { shift }),
  };
}

/** What cannot be done now is tried again in a minute: by the schedule, not by Lambda. */
async function bringHome(
  alarm: Alarm,
  ports: WatchdogPorts,
): Promise<Pick<Round, "reversion" | "problem">> {
  try {
    return { reversion: await act(alarm, ReversionPath.Watchdog, ports), problem: null };
  } catch (error) {
    const problem = messageOf(error);
    ports.log(`the traffic could not be brought home: ${problem}`);
    return { reversion: null, problem };
  }
}
