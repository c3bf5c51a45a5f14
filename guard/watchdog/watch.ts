/**
 * The second way home, one round a minute: it looks for itself, by probes, and moves the weights with
 * a role of its own. What it then does is the guard's own code: the same safety, the same latch.
 */
import { messageOf } from "../../base/errors.ts";
import type { SlotAlarms } from "../alarms.ts";
import { tried } from "../attempts.ts";
import { act, type Alarm, type GuardPorts } from "../handle.ts";
import { environmentNames } from "../names.ts";
import { type Reversion, ReversionPath } from "../reversion.ts";
import type { Slot, Weights } from "../slot.ts";
import { escalating } from "./escalate.ts";
import { type ProbeJudgement, ProbeOutcome } from "./judge.ts";
import { firstWayFailed, type Suspect, suspectsOf } from "./suspects.ts";

export interface WatchdogPorts extends GuardPorts {
  readonly alarms: (slot: Slot) => Promise<SlotAlarms>;
  /** Asks the data plane; never throws, and answers in a bounded time. */
  readonly probe: (suspect: Slot, weights: Weights | null) => Promise<ProbeJudgement>;
  /** The environment's clock, milliseconds: CloudWatch's stamps are in it. */
  readonly environmentNow: () => number;
}

export interface Round {
  /** Of the last slot that was probed; null when there was no reason to. */
  readonly probes: ProbeJudgement | null;
  /** What was done; null when nothing was called for, or when it could not be done. */
  readonly reversion: Reversion | null;
  /** Why what was called for could not be done; people know. */
  readonly problem: string | null;
}

/**
 * One round, at most 7 s of wall time per suspect before it acts. It acts at once where no probe is
 * needed: on a latched slot with traffic, and on an alarm that the first way home left unheeded.
 *
 * @throws when neither record nor weights can be read
 */
export async function watch(plain: WatchdogPorts): Promise<Round> {
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
      if (probes.outcome !== ProbeOutcome.Bad) continue;
    }
    const seen = ownSight(suspect, suspect.known ?? probes?.why ?? "", ports);
    return { probes, ...(await bringHome(seen, ports)) };
  }
  return { probes, reversion: null, problem: null };
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
