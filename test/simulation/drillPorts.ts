/** What a drill's runner is given: the simulated cloud over the wire, and a journal that outlives it. */
import type { Clock } from "../../base/clock.ts";
import type { LinkEvidence, LinkQuestion } from "../../drills/verdict/brokenLink.ts";
import type { Journal } from "../../drills/journal/journal.ts";
import type { JournalEntry } from "../../drills/journal/journalEntry.ts";
import type { Outside } from "../../drills/outside/outside.ts";
import type { DrillPorts } from "../../drills/ports.ts";
import { allOn, sameWeights } from "../../guard/slot.ts";
import type { Surroundings } from "../drills/surroundings.ts";
import type { Alarms } from "./alarms.ts";
import { type Cloud, ENVIRONMENT } from "./cloud.ts";
import type { Demand } from "./demand.ts";
import type { GuardFunction } from "./guardFunction.ts";
import type { Scenario } from "./scenario.ts";
import type { Process, Wire } from "./wire.ts";

export interface DrillParts {
  readonly clock: Clock;
  readonly scenario: Scenario;
  readonly cloud: Cloud;
  readonly wire: Wire;
  readonly alarms: Alarms;
  readonly demand: Demand;
  readonly guard: GuardFunction;
  readonly around: Surroundings;
  readonly entries: JournalEntry[];
}

export function drillPorts(process: Process, parts: DrillParts): DrillPorts {
  const { clock, scenario, cloud, wire, alarms, demand, entries } = parts;
  return {
    environment: ENVIRONMENT,
    clock: process.clock(clock),
    pollWallMs: scenario.pollMs,
    metricDelayMs: scenario.metricDelayMs,
    hasSentinel: scenario.sentinel,
    store: cloud.store(process),
    traffic: cloud.traffic(process),
    faults: cloud.faults(process),
    alarms: wire.wired(process, "alarms", alarms.reader()),
    outside: outsideOf(process, parts),
    journal: memoryJournal(process, clock, entries),
    startLoad: (judging) => demand.startLoad(judging),
    gatherEvidence: (question) =>
      wire.call(process, "evidence.read", async () => evidence(question, parts)),
  };
}

/** Each of its calls goes over the wire, those of its parts as well. */
function outsideOf(process: Process, { wire, around }: DrillParts): Outside {
  const { machinery, apiFaults, experiments, ...rest } = around.outside();
  return {
    ...wire.wired(process, "outside", rest),
    machinery: wire.wired(process, "machinery", machinery),
    apiFaults: apiFaults && wire.wired(process, "apiFaults", apiFaults),
    experiments: experiments && wire.wired(process, "experiments", experiments),
  };
}

/** On disk: what is there when the process dies stays there. Only that it is chained is left out. */
function memoryJournal(process: Process, clock: Clock, entries: JournalEntry[]): Journal {
  return {
    directory: "/in/memory",
    entries: () => entries,
    append(runId, type, data = {}) {
      const at = new Date(clock.now()).toISOString();
      const chain = {
        seq: entries.length + 1,
        at,
        wallAt: at,
        runId,
        type,
        prevHash: "",
        hash: "",
      };
      const entry: JournalEntry = { ...chain, ...data };
      if (!process.alive) throw new Error(`${process.name} is dead`);
      const dies = process.diesOf(type !== "sample", `journal.${type}`);
      if (!dies || process.death?.takesEffect) entries.push(entry);
      if (!dies) return entry;
      process.die();
      throw new Error(`${process.name} dies`);
    },
    close: () => {},
  };
}

function evidence(
  { slot, home, sinceMs, knownReversionIds }: LinkQuestion,
  parts: DrillParts,
): LinkEvidence {
  const { alarms, cloud, guard, scenario } = parts;
  const { permissionGone } = scenario.troubles;
  const own = [...cloud.reversions.values()].filter(
    (one) => one.alarm.slot === slot && !knownReversionIds.includes(one.id),
  );
  return {
    alarmTransitioned: alarms.transitions.some(
      (one) =>
        one.slot === slot && one.signal === "guard" && one.state === "ALARM" && one.atMs >= sinceMs,
    ),
    actionInPlace: alarms.actionsEnabled,
    failedActions: alarms.failedActions.length > 0 ? ["Failed to execute action"] : [],
    functionExists: true,
    invokePermitted: !permissionGone,
    functionErrored: guard.erredMs.some((atMs) => atMs >= sinceMs),
    outcomes: own.map(({ outcome }) => outcome),
    weightsHome: sameWeights(cloud.weights, allOn(home)),
  };
}
