/** What the load's responses show: a healthy baseline, the impact, and who answered after the reversion. */
import type { JournalSample } from "../watch/samples.ts";
import { type Claim, type ClaimFacts, stamp, when, windowStart } from "./facts.ts";
import { figure, offset, plural } from "./text.ts";

const HOW = "the load's responses by the slot that their header names";

export function baseline(run: ClaimFacts): Claim | null {
  const healthy = stamp(run, "baseline.healthy");
  const slot = slotOf(run);
  if (!healthy || !slot) return null;
  const windows = run.samples.filter(
    (sample) => sample.step === "baseline" && Date.parse(sample.at) <= Date.parse(healthy.at),
  );
  const counted = answered(windows, "blue") + answered(windows, "green");
  const bad = windows.reduce((sum, sample) => sum + sample.bad, 0);
  const of = counted === 0 ? "" : `: ${plural(counted, "response")} sampled, ${bad} bad`;
  return {
    holds: true,
    text: `Slot ${slot} was seen healthy with all the traffic before the fault${of}.`,
    how: `${HOW}, live weights and the guard alarm in OK`,
  };
}

export function impact(run: ClaimFacts): Claim | null {
  if (!stamp(run, "fault.injected") || !run.record) return null;
  const first = stamp(run, "impact.first");
  const { errors, requests, slow = 0 } = run.record.traffic;
  if (!first) return { holds: false, text: "The fault made no response bad.", how: HOW };
  return {
    holds: true,
    text:
      `The fault was felt from ${when(run, first)}: of ${plural(requests, "response")} until the ` +
      `end of observation ${errors} failed${slow === 0 ? "" : ` and ${slow} were slow`}.`,
    how:
      "the load's responses: a server error or no answer fails, one slower than the latency alarm " +
      "allows is slow",
  };
}

/** Counted in whole windows that began after the weights were verified. */
export function afterReversion(run: ClaimFacts): Claim | null {
  const verified = stamp(run, "weights.verified");
  const slot = slotOf(run);
  if (!verified || !slot) return null;
  const other = slot === "blue" ? "green" : "blue";
  const verifiedMs = Date.parse(verified.at);
  const windows = run.samples.filter((sample) => windowStart(sample) >= verifiedMs);
  const how = `${HOW}, in windows that began after that stamp`;
  const lastWrong = windows.findLastIndex((sample) => sample.slots[slot].requests > 0);
  const after = windows.slice(lastWrong + 1);
  const home = answered(after, other);
  const unnamed = answered(after, "unknown");
  const without = unnamed === 0 ? `all from ${other}` : `${unnamed} of them without a slot`;
  const total = plural(home + unnamed, "response");
  if (home + unnamed === 0) {
    const text = `Who answered after the weights were verified is not known: no window shows it.`;
    return lastWrong < 0
      ? { holds: null, text, how }
      : { holds: false, text: `Slot ${slot} still answered after the weights were verified.`, how };
  }
  const end = windows[lastWrong];
  const since = end
    ? `No response from ${slot} since ${offset(Date.parse(end.at) - run.zeroMs)}, ` +
      `${figure(Date.parse(end.at) - verifiedMs)} after the weights were verified`
    : `No response from ${slot} after the weights were verified`;
  return { holds: unnamed === 0 ? true : null, text: `${since}: ${total}, ${without}.`, how };
}

function slotOf(run: ClaimFacts): "blue" | "green" | null {
  return run.candidate === "blue" || run.candidate === "green" ? run.candidate : null;
}

function answered(windows: readonly JournalSample[], slot: keyof JournalSample["slots"]): number {
  return windows.reduce((sum, sample) => sum + sample.slots[slot].requests, 0);
}
