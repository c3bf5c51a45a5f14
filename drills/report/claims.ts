/** What a drill verified and how: sentences that follow from its record and samples alone. */
import { Recovery, Source } from "../verdict/record.ts";
import { type Claim, type ClaimFacts, stamp, when } from "./facts.ts";
import { figure, weightsText } from "./text.ts";
import { afterReversion, baseline, impact } from "./trafficClaims.ts";

/** In the order in which a drill goes. Of what a run never came to, nothing is said. */
export function claimsOf(run: ClaimFacts): Claim[] {
  return [
    baseline(run),
    faultActive(run),
    impact(run),
    detected(run),
    weightsMoved(run),
    afterReversion(run),
    sustained(run),
    leftNothing(run),
  ].filter((claim) => claim !== null);
}

function faultActive(run: ClaimFacts): Claim | null {
  const injected = stamp(run, "fault.injected");
  if (!injected) return null;
  const { recovery } = run.record ?? {};
  const how = `reports of the fault sidecars of slot ${run.candidate ?? "?"}, which obey a lease`;
  const outlasted = {
    [Recovery.Reverted]:
      "The fault was active from its injection until recovery had been sustained.",
    [Recovery.SelfHealed]:
      "The fault was active from its injection until recovery had been sustained.",
    [Recovery.NotRecovered]: "The fault was injected, and a sidecar said that it obeys it.",
  };
  if (recovery === Recovery.FaultEnded) {
    return { holds: false, text: "The fault did not outlast the recovery.", how };
  }
  if (!recovery) {
    return { holds: null, text: "The fault was injected; how long it acted is not known.", how };
  }
  return { holds: true, text: outlasted[recovery], how };
}

function detected(run: ClaimFacts): Claim | null {
  if (!stamp(run, "fault.injected")) return null;
  const transitioned = stamp(run, "alarm.transitioned");
  const how = "CloudWatch's own stamp of the guard alarm's transition";
  if (!transitioned) {
    return { holds: false, text: "The guard alarm was not seen in ALARM.", how };
  }
  if (transitioned.source === Source.Sentinel) {
    const text = `The candidate's sentinel called the guard at ${when(run, transitioned)}.`;
    return { holds: true, text, how: "the sidecar's own stamp of its call" };
  }
  if (transitioned.source === Source.Watchdog) {
    const text = `The watchdog's probes found the candidate bad at ${when(run, transitioned)}.`;
    return { holds: true, text, how: "the watchdog's own stamp of the end of its probes" };
  }
  return { holds: true, text: `The guard alarm went to ALARM at ${when(run, transitioned)}.`, how };
}

function weightsMoved(run: ClaimFacts): Claim | null {
  if (!stamp(run, "alarm.transitioned")) return null;
  const verified = stamp(run, "weights.verified");
  const after = run.record?.traffic.weightsAfter ?? null;
  if (!verified) {
    const text = `The weights were not moved back: ${weightsText(after)} at the end.`;
    return { holds: after === null ? null : false, text, how: "read from the load balancer" };
  }
  const byGuard = verified.source === "guard";
  return {
    holds: byGuard ? true : null,
    text: `At ${when(run, verified)} the weights were ${weightsText(after)}.`,
    how: byGuard
      ? "the guard wrote them, read them back from the load balancer and recorded it; the runner read them too"
      : "the runner read them from the load balancer; no record says that the guard wrote them",
  };
}

function sustained(run: ClaimFacts): Claim | null {
  const { record } = run;
  if (!record || record.recovery === null) return null;
  const at = stamp(run, "recovery.sustained");
  const how = "every response of the load, whose silence would not have counted as good";
  if (!at)
    return { holds: false, text: "Recovery was not sustained before the hold ran out.", how };
  const from = lastWrong(run);
  const span = from === null ? "" : ` for ${figure(Date.parse(at.at) - from)}`;
  return { holds: true, text: `Only good responses came${span}, until ${when(run, at)}.`, how };
}

/** The later of the two that sustained recovery counts from, as far as the timeline tells. */
function lastWrong(run: ClaimFacts): number | null {
  const stamps = [stamp(run, "weights.verified"), stamp(run, "impact.last")].flatMap((event) =>
    event ? [Date.parse(event.at)] : [],
  );
  return stamps.length === 0 ? null : Math.max(...stamps);
}

function leftNothing(run: ClaimFacts): Claim | null {
  const { record } = run;
  if (!record) {
    if (!run.swept)
      return { holds: null, text: "The run has no end in the journal.", how: "no record" };
    return {
      holds: true,
      text: "A later sweep put back what the killed run had left.",
      how: "faults, traffic, alarms and latch were read again by the sweep",
    };
  }
  const none = stamp(run, "residue.none");
  const how = "lease, sidecar reports, weights, alarms and the environment's record, read again";
  if (none) {
    return { holds: true, text: `Nothing was left behind, proven at ${when(run, none)}.`, how };
  }
  if (record.residue.length > 0) {
    return { holds: false, text: `Left behind: ${record.residue.join("; ")}.`, how };
  }
  return null;
}
