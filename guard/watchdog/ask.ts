/** How the watchdog asks the slots: by a tester's route where there is one, else as everybody does. */
import { otherSlot, type Slot, SLOTS, type Weights } from "../slot.ts";
import { routeValue } from "../testRoutes.ts";
import type { Announce } from "./announce.ts";
import { judgeProbes, type ProbeJudgement, type SlotProbes } from "./judge.ts";
import {
  type Probe,
  probeAll,
  type ProbeAnswer,
  type ProbeRequest,
  PROBES,
  SPREAD_MS,
} from "./probe.ts";

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
  /** Told how many probes are about to be sent to each slot. @default nobody is told */
  readonly announce?: Announce;
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
  const [answers] = await Promise.all([
    probeAll(asked, ports.probe, ports.sleep),
    announceAll(asked, weights, ports),
  ]);
  const { tallies, unattributed } = counted(suspect, asked, answers);
  const control = tallies[otherSlot(suspect)];
  const judgement = judgeProbes({
    suspect: tallies[suspect],
    control: control.answers > 0 ? control : null,
    unattributed,
    errorRatePercent: plan.errorRatePercent,
  });
  return { ...judgement, tallies };
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

/**
 * Second by second, each before its probes: one call for all of them would count what is sent after
 * a minute's end to the minute before. Of probes that the weights decide, each slot is told the most that
 * it may get.
 */
async function announceAll(
  asked: readonly Asked[],
  weights: Weights | null,
  { sleep, announce }: ProbePorts,
): Promise<void> {
  if (!announce) return;
  const seconds = SPREAD_MS / 1000;
  for (let second = 0; second < seconds; second++) {
    const counts: Record<Slot, number> = { blue: 0, green: 0 };
    const begin = Math.ceil((second * asked.length) / seconds);
    const end = Math.ceil(((second + 1) * asked.length) / seconds);
    for (const { of } of asked.slice(begin, end)) {
      for (const slot of SLOTS) {
        if (of === null) counts[slot] += mostOf(slot, weights, asked.length);
        else if (of === slot) counts[slot]++;
      }
    }
    announce(counts);
    if (second < seconds - 1) await sleep(1000);
  }
}

/**
 * The share of so many probes that the slot gets at most, but once in a thousand rounds: the binomial's
 * mean and 3.1 standard deviations. All of them would hide users of a slot with little weight; the
 * mean alone would now and then leave probes that count as users.
 */
function mostOf(slot: Slot, weights: Weights | null, probes: number): number {
  if (!weights) return 1;
  if (weights[slot] === 0) return 0;
  const share = weights[slot] / (weights.blue + weights.green);
  return Math.min(1, share + 3.1 * Math.sqrt((share * (1 - share)) / probes));
}

function counted(
  suspect: Slot,
  asked: readonly Asked[],
  answers: readonly ProbeAnswer[],
): { readonly tallies: Record<Slot, SlotProbes>; readonly unattributed: number } {
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
  return { tallies, unattributed };
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
