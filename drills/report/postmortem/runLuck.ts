/** What in a drill was luck: it need not have been so, and would then have been worse. */
import { ReversionPath } from "../../../guard/reversion.ts";
import { Fidelity } from "../../faults/fault.ts";
import { type DrillRecord, Recovery, Source } from "../../verdict/record.ts";
import { stamp } from "../facts.ts";
import type { RunReport } from "../model.ts";
import { figure, offset, slowerText, utc } from "../text.ts";
import type { Finding, Rehearsed } from "./incident.ts";

export function luckOf(run: RunReport, rehearsed: Rehearsed): Finding[] {
  const { record } = run;
  if (!record) return [];
  return [detectionLuck(run, record), pathLuck(record, rehearsed), endLuck(run, record)].filter(
    (finding) => finding !== null,
  );
}

/** Nearer to the best case than this share of the way to the worst is called lucky. */
const LUCKY_SHARE = 0.25;

function detectionLuck(run: RunReport, record: DrillRecord): Finding | null {
  const { durations, floors, objective } = record;
  const { detect, total } = durations;
  // Best and worst case are the alarms': they say nothing of probes or of a sentinel.
  if (stamp(run, "alarm.transitioned")?.source !== Source.CloudWatch) return null;
  if (detect === null || floors.detect === null || floors.detectWorst === null) return null;
  const couldBe = total === null ? null : total - detect + floors.detectWorst;
  const turns = couldBe !== null && objective.met && couldBe > objective.total;
  const isEarly =
    detect >= floors.detect &&
    detect - floors.detect < LUCKY_SHARE * (floors.detectWorst - floors.detect);
  if (!turns && !isEarly) return null;
  const then =
    couldBe === null
      ? ""
      : ` Recovery would then have taken ${figure(couldBe)}, ${
          couldBe > objective.total ? "which misses" : "still within"
        } the objective of ${figure(objective.total)}.`;
  return {
    text:
      `Detection took ${figure(detect)}, ${figure(Math.max(0, detect - floors.detect))} above its best case: the same fault at ` +
      `another moment of the alarms' period may take up to ${figure(floors.detectWorst)}.${then}`,
    evidence: `durations.detect = ${detect} ms, floors = ${floors.detect} to ${floors.detectWorst} ms`,
  };
}

function pathLuck(record: DrillRecord, { secondWay }: Rehearsed): Finding | null {
  const { path, recovery, fidelity } = record;
  if (recovery !== Recovery.Reverted) return null;
  const evidence = `path = ${path}`;
  switch (path) {
    case ReversionPath.Primary:
    case ReversionPath.Hook:
      return {
        text:
          `The second way home was not needed, so this run says nothing of it; ` +
          (secondWay
            ? `it last brought traffic home at ${utc(secondWay.wallAt)}, in run ${secondWay.id}.`
            : "no run of this journal shows that it works here."),
        evidence,
      };
    case ReversionPath.Sentinel:
      return {
        text: "The sentinel called first: whether the alarms would have brought the traffic home, this run does not show.",
        evidence,
      };
    case ReversionPath.Reconcile:
      return {
        text: `The alarm's event did not do it, and the look of every minute came to its help. ${slowerText(record) ?? ""}`.trim(),
        evidence,
      };
    case ReversionPath.Watchdog: {
      const planned = fidelity === Fidelity.Guard ? ", as this drill meant it" : "";
      return {
        text: `Nothing but the second way home stood between the fault and the users${planned}. ${slowerText(record) ?? ""}`.trim(),
        evidence,
      };
    }
    default:
      return null;
  }
}

function endLuck(run: RunReport, { recovery }: DrillRecord): Finding | null {
  const removed = stamp(run, "fault.removed");
  const at = removed ? ` at ${offset(Date.parse(removed.at) - run.zeroMs)}` : "";
  const evidence = `recovery = ${recovery ?? "null"}`;
  if (recovery === Recovery.FaultEnded) {
    const text = `The fault ended by itself${at}: recovery is owed to that, not to the guard. A real fault would not have ended.`;
    return { text, evidence };
  }
  if (recovery === Recovery.SelfHealed) {
    const text =
      "The responses became good while the fault was still there and no traffic was moved: what made them good is not known.";
    return { text, evidence };
  }
  return null;
}
