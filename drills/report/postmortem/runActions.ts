/** What to do after a drill: each action follows from one thing in the record, which it names. */
import { ReversionPath } from "../../../guard/reversion.ts";
import { Fidelity } from "../../faults/fault.ts";
import { clockErrors } from "../../verdict/durations.ts";
import {
  type BrokenLink,
  type DrillRecord,
  Recovery,
  Source,
  Verdict,
} from "../../verdict/record.ts";
import { stamp } from "../facts.ts";
import type { RunReport } from "../model.ts";
import { figure } from "../text.ts";
import { percentOf } from "./budget.ts";
import { word } from "./escape.ts";
import type { Action, Rehearsed } from "./incident.ts";
import { unnamed } from "./unnamed.ts";

/** Most urgent first. */
export function actionsOf(run: RunReport, rehearsed: Rehearsed): Action[] {
  const { record, environment } = run;
  if (!record) return run.swept ? [] : [unfinished(environment)];
  return [
    leftBehind(record),
    brokenLink(record),
    notRun(record),
    firstWay(record),
    ended(record),
    clocks(record),
    slowest(run, record),
    margin(run, record),
    secondWay(record, rehearsed),
    unclear(run, record),
  ].filter((action) => action !== null);
}

function unfinished(environment: string): Action {
  return {
    text: "See whether the run still goes; if it was killed, remove what it left",
    evidence: "the journal has no record of the run and no sweep after it",
    commands: [`backout drill sweep --environment ${word(environment)}`],
  };
}

function leftBehind({ residue, environment }: DrillRecord): Action | null {
  if (residue.length === 0) return null;
  return {
    text: "Remove what the drill left behind; no drill begins before that",
    evidence: `residue: ${residue.join("; ")}`,
    commands: [`backout drill sweep --environment ${word(environment)}`],
  };
}

const MEND: Readonly<Record<BrokenLink, string>> = {
  alarm:
    "Find out why the guard alarm stayed out of ALARM: its threshold, its period, how it treats missing data, and whether this fault reaches what it measures at all",
  "alarm-action":
    "Bring the guard's function back among the enabled actions of the guard alarm, and find out what took it away",
  permission:
    "Let CloudWatch alarms invoke the guard's function again, and find out what took the permission away",
  function: "Find out from the log of the guard's function why it did not do its work",
  weights: "Find out from the guard's record of the reversion why the weights were not moved",
  "data-plane":
    "Find out who gave the bad responses after the weights were home: connections that stay open, stickiness, or the home slot itself",
};

function brokenLink({ brokenLink: link, environment }: DrillRecord): Action | null {
  if (link === null) return null;
  const isStack = link === "alarm-action" || link === "permission";
  return {
    text: MEND[link],
    evidence: `brokenLink = ${link}`,
    commands: [`backout env status ${word(environment)}`, ...(isStack ? ["pulumi up"] : [])],
  };
}

function notRun({ verdict, reason }: DrillRecord): Action | null {
  if (verdict !== Verdict.NotRun) return null;
  return {
    text: "Put right what kept the drill from beginning, and run it again: nothing was rehearsed",
    evidence: `verdict = not-run: ${unnamed(reason ?? "no reason")}`,
    commands: [],
  };
}

function firstWay(record: DrillRecord): Action | null {
  const { path, fidelity, recovery, environment } = record;
  const isOther = path === ReversionPath.Watchdog || path === ReversionPath.Reconcile;
  if (!isOther || recovery !== Recovery.Reverted || fidelity === Fidelity.Guard) return null;
  return {
    text: "Find out why the first way home did not act: another one had to, and it is slower",
    evidence: `path = ${path}, though the fault was not in the guard (fidelity = ${fidelity})`,
    commands: [`backout env status ${word(environment)}`],
  };
}

function ended({ recovery, drill, environment }: DrillRecord): Action | null {
  const again = [`backout drill run ${word(drill)} --environment ${word(environment)}`];
  if (recovery === Recovery.FaultEnded) {
    return {
      text: "Run it again with a fault that outlasts the detection's worst case: this run shows no reversion",
      evidence: "recovery = fault-ended",
      commands: again,
    };
  }
  if (recovery === Recovery.SelfHealed) {
    return {
      text: "Find out what made the responses good without a reversion, and whether it can be relied on",
      evidence: "recovery = self-healed",
      commands: [],
    };
  }
  return null;
}

function clocks({ timeline }: DrillRecord): Action | null {
  const disorder = clockErrors(timeline);
  if (disorder.length === 0) return null;
  return {
    text: "Compare the clocks of the machines that stamped these events",
    evidence: disorder.join("; "),
    commands: [],
  };
}

/** More than this share of the recovery is worth an action. */
const MOST_OF_IT = 0.5;

const SHORTEN = {
  detect:
    "Shorten detection, where most of the recovery went: ten-second signals, or a sentinel in the data path",
  decide:
    "Shorten the guard's decision, where most of the recovery went: its function's start and the calls that it waits for",
  revert:
    "Shorten the reversion, where most of the recovery went: how long the load balancer shows its old weights",
  recover:
    "Shorten what follows the reversion, where most of the recovery went: draining, keep-alive, requests under way",
} as const;

function slowest(run: RunReport, { durations, objective }: DrillRecord): Action | null {
  const { total } = durations;
  if (total === null || total === 0) return null;
  const name = (["detect", "decide", "revert", "recover"] as const).find(
    (part) => (durations[part] ?? 0) / total > MOST_OF_IT,
  );
  if (!name) return null;
  const byAlarm = stamp(run, "alarm.transitioned")?.source === Source.CloudWatch;
  // Faster signals are no cure for a detector that is not the alarms.
  if (name === "detect" && !byAlarm && objective.met) return null;
  const share = percentOf((durations[name] ?? 0) / total);
  return {
    text: SHORTEN[name],
    evidence: `durations.${name} = ${figure(durations[name])}, ${share} of ${figure(total)}${
      objective.met ? "" : `; the objective of ${figure(objective.total)} was missed`
    }`,
    commands: [],
  };
}

/** An objective that holds only while detection is quicker than it must be. */
function margin(run: RunReport, { durations, floors, objective }: DrillRecord): Action | null {
  const { total, detect } = durations;
  // Probes have a worst case of their own.
  if (stamp(run, "alarm.transitioned")?.source === Source.Watchdog) return null;
  if (total === null || detect === null || floors.detectWorst === null || !objective.met)
    return null;
  const worst = total - detect + floors.detectWorst;
  if (worst <= objective.total) return null;
  return {
    text: `Make detection surer, or set the objective to what can be held: ${figure(worst)}`,
    evidence: `with the worst case of detection, ${figure(floors.detectWorst)}, the objective of ${figure(objective.total)} is missed`,
    commands: [],
  };
}

function secondWay(
  { path, recovery, environment }: DrillRecord,
  rehearsed: Rehearsed,
): Action | null {
  if (recovery !== Recovery.Reverted || path === ReversionPath.Watchdog) return null;
  if (rehearsed.secondWay) return null;
  return {
    text: "Rehearse the second way home: break the first one on purpose",
    evidence: "no run of this journal came home by the second way here and passed",
    commands: [`backout drill run guard-permission --environment ${word(environment)}`],
  };
}

function unclear(run: RunReport, { verdict }: DrillRecord): Action | null {
  const open = run.claims.filter(({ holds }) => holds === null).map(({ text }) => text);
  if (open.length === 0 || verdict === Verdict.NotRun) return null;
  return {
    text: "Make visible what this run could not tell",
    evidence: open.join(" "),
    commands: [],
  };
}
