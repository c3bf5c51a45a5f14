/** How the watchdog asks the slots: by a tester's route where there is one, else as everybody does. */
import { otherSlot, type Slot, SLOTS, type Weights } from "../slot.ts";
import { routeValue } from "../testRoutes.ts";
import { judgeProbes, type ProbedSlots, type ProbeJudgement, type SlotProbes } from "./judge.ts";
import { type Probe, probeAll, type ProbeAnswer, type ProbeRequest, PROBES } from "./probe.ts";

export interface ProbePlan {
  /** Where the listener answers, with the path that is asked for. */
  readonly url: string;
  /** The tester's route, by which a slot answers whatever its weight; null without one. */
  readonly route: { readonly header: string; readonly secret: string | null } | null;
  /** Percent, above which the environment calls a slot bad. */
  readonly errorRatePercent: number;
}

export interface ProbePorts {
  readonly probe: Probe;
  readonly sleep: (wallMs: number) => Promise<void>;
}

/** A probe, and the slot that should answer it; null where the weights decide. */
interface Asked extends ProbeRequest {
  readonly of: Slot | null;
}

/**
 * Asks the suspect, and the other slot as often where that can be asked; takes at most 7 s of wall
 * time.
 *
 * @param weights as they were when the round began; null when they could not be read
 */
export async function probeSlots(
  suspect: Slot,
  weights: Weights | null,
  plan: ProbePlan,
  ports: ProbePorts,
): Promise<ProbeJudgement> {
  const asked = requestsOf(suspect, weights, plan);
  const answers = await probeAll(asked, ports.probe, ports.sleep);
  return judgeProbes(counted(suspect, asked, answers, plan));
}

function requestsOf(suspect: Slot, weights: Weights | null, plan: ProbePlan): Asked[] {
  const { url, route } = plan;
  const rounds = Array.from({ length: PROBES });
  if (!route) {
    const sole = SLOTS.find(
      (slot) => weights && weights[slot] > 0 && weights[otherSlot(slot)] === 0,
    );
    const plain = { url, headers: {}, of: sole ?? null };
    // Of a listener that shares them out, each slot gets its part of twice as many.
    return sole === undefined ? rounds.flatMap(() => [plain, plain]) : rounds.map(() => plain);
  }
  const to = (of: Slot): Asked => ({
    url,
    headers: { [route.header]: routeValue(of, route.secret ?? undefined) },
    of,
  });
  // In turn: whatever happens meanwhile happens to both.
  return rounds.flatMap(() => [to(suspect), to(otherSlot(suspect))]);
}

function counted(
  suspect: Slot,
  asked: readonly Asked[],
  answers: readonly ProbeAnswer[],
  { errorRatePercent }: ProbePlan,
): ProbedSlots {
  const tallies: Record<Slot, SlotProbes> = { blue: NONE, green: NONE };
  let unattributed = 0;
  answers.forEach((answer, index) => {
    const of = asked[index]?.of ?? null;
    // Whoever says that it answered did, also where a route should have led to the other one.
    const slot = answer.slot ?? of;
    if (slot === null && answer.status !== null) unattributed++;
    // What reached nobody is nobody's, but it was tried.
    else tallies[slot ?? suspect] = withAnswer(tallies[slot ?? suspect], answer);
  });
  const control = tallies[otherSlot(suspect)];
  return {
    suspect: tallies[suspect],
    control: control.answers > 0 ? control : null,
    unattributed,
    errorRatePercent,
  };
}

const NONE: SlotProbes = { answers: 0, failures: 0, unconnected: 0 };

function withAnswer(
  { answers, failures, unconnected }: SlotProbes,
  answer: ProbeAnswer,
): SlotProbes {
  const { status, connected } = answer;
  return {
    answers: answers + 1,
    failures: failures + (status === null || status >= 500 ? 1 : 0),
    unconnected: unconnected + (status === null && !connected ? 1 : 0),
  };
}
