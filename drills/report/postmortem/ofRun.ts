/** A drill's run as an incident: everything from its journal entries, nothing from anywhere else. Pure. */
import {
  Recovery,
  Source,
  type TimelineEvent,
  type TimelineEventName,
} from "../../verdict/record.ts";
import { stamp } from "../facts.ts";
import type { JournalModel, RunReport } from "../model.ts";
import {
  clockNote,
  figure,
  outcomeSentence,
  partsOf,
  plural,
  utc,
  VERDICT_TITLES,
  weightsText,
} from "../text.ts";
import type {
  Detection,
  Fact,
  Impact,
  Incident,
  Interval,
  Moment,
  Rehearsed,
  Unknown,
} from "./incident.ts";
import { actionsOf } from "./runActions.ts";
import { notKnown, wentPoorly, wentWell } from "./runFindings.ts";
import { luckOf } from "./runLuck.ts";
import { runbookOf } from "./runRunbook.ts";
import { unnamed } from "./unnamed.ts";

export function runIncident(run: RunReport, journal: JournalModel, rehearsed: Rehearsed): Incident {
  return {
    kind: "drill",
    id: run.id,
    environment: run.environment,
    title: `${run.drill} on ${run.environment}`,
    outcome: unnamed(outcomeOf(run)),
    warnings: warningsOf(run, journal),
    facts: factsOf(run),
    timeline: run.timeline.map((event) => momentOf(run, event)),
    clock: clockNote(run.speed),
    intervals: intervalsOf(run),
    impact: impactOf(run),
    detection: detectionOf(run),
    well: wentWell(run),
    poorly: wentPoorly(run),
    luck: luckOf(run, rehearsed),
    unknown: notKnown(run),
    actions: actionsOf(run, rehearsed),
    runbook: runbookOf(run),
    source: `Journal of ${plural(journal.entries, "entry", "entries")}, head ${journal.head ?? "none"}.`,
  };
}

function outcomeOf({ record, swept }: RunReport): string {
  if (record) return `${VERDICT_TITLES[record.verdict]}. ${outcomeSentence(record)}`;
  return swept
    ? "The run was cut short, and a later sweep put back what it had left."
    : "The run has no end in the journal.";
}

function warningsOf({ record, swept }: RunReport, { problems }: JournalModel): string[] {
  const changed = problems.map(({ detail }) => detail);
  return [
    ...(changed.length === 0
      ? []
      : [
          `This journal is not as it was written, and nothing below proves anything: ${changed.join("; ")}.`,
        ]),
    ...(record
      ? []
      : [
          "This run is unfinished: the journal holds no record of it. " +
            (swept ? "It was killed." : "It still runs, or it was killed.") +
            " What follows is as much as was written down.",
        ]),
  ];
}

function factsOf(run: RunReport): Fact[] {
  const { record, parameters } = run;
  const set = Object.entries(parameters).map(
    ([name, value]) => `${name} = ${JSON.stringify(value)}`,
  );
  const fault = record?.fault ?? run.drill;
  return [
    {
      name: "What",
      value: `a drill: ${fault}${set.length === 0 ? "" : ` with ${set.join(", ")}`}`,
    },
    { name: "Where", value: `${run.environment}, slot ${run.candidate ?? "not known"}` },
    { name: "When", value: utc(run.startedWallAt) },
    ...(record
      ? [
          {
            name: "Weights",
            value: `${weightsText(record.traffic.weightsBefore)} before, ${weightsText(record.traffic.weightsAfter)} after`,
          },
          {
            name: "Way home",
            value: record.recovery === Recovery.Reverted ? record.path : "none acted",
          },
        ]
      : []),
    { name: "Run", value: run.id },
  ];
}

function momentOf(run: RunReport, event: TimelineEvent): Moment {
  return {
    at: event.at,
    sinceMs: Date.parse(event.at) - run.zeroMs,
    event: event.event,
    source: event.source,
    bound: `±${figure(event.resolutionMs)}`,
  };
}

/** Between which stamps each part lies. */
const ENDS: readonly (readonly [TimelineEventName, TimelineEventName])[] = [
  ["fault.injected", "alarm.transitioned"],
  ["alarm.transitioned", "reversion.decided"],
  ["reversion.decided", "weights.verified"],
  ["weights.verified", "impact.last"],
];

function intervalsOf(run: RunReport): Interval[] {
  const { record } = run;
  if (!record) return [];
  const bound = (from: TimelineEventName, to: TimelineEventName): number | null => {
    const [a, b] = [stamp(run, from), stamp(run, to)];
    return a && b ? a.resolutionMs + b.resolutionMs : null;
  };
  const parts = partsOf(record).map(({ name, from, to }, index): Interval => {
    const [begin, end] = ENDS[index] ?? ["fault.injected", "impact.last"];
    return {
      name,
      ms: record.durations[name],
      boundMs: bound(begin, end),
      between: `${from} → ${to}`,
    };
  });
  return [
    ...parts,
    {
      name: "total",
      ms: record.durations.total,
      boundMs: bound("fault.injected", "impact.last"),
      between: `objective ${figure(record.objective.total)}: ${record.objective.met ? "met" : "not met"}`,
    },
  ];
}

function impactOf(run: RunReport): Impact | Unknown {
  const { record, samples } = run;
  if (!record)
    return { unknown: "The journal has no record of this run, and only that counts its requests." };
  const { requests, errors, slow = null } = record.traffic;
  if (requests === 0) return { unknown: "The drill sent no request." };
  const counted = samples.reduce(
    (sum, { slots }) => sum + slots.blue.requests + slots.green.requests + slots.unknown.requests,
    0,
  );
  const sampledMs = samples.reduce((sum, { spanMs }) => sum + spanMs, 0);
  const [first, last] = [stamp(run, "impact.first"), stamp(run, "impact.last")];
  const badForMs =
    first && last
      ? Date.parse(last.at) - Date.parse(first.at) + first.resolutionMs + last.resolutionMs
      : null;
  return {
    requests,
    failed: errors,
    slow,
    // What was sampled shows the rate; the record counts from the load's first request to its last.
    spanMs: counted === 0 ? null : Math.round((sampledMs * requests) / counted),
    badForMs,
    notes: [
      "These are the requests of the drill's own load: no user's request is counted here, and a real fault of this kind would have met as many as there were.",
    ],
  };
}

function detectionOf(run: RunReport): Detection {
  const { record } = run;
  const nothing = { floorMs: null, worstMs: null, actual: null };
  if (!record) return { ...nothing, notes: ["The journal has no record of this run."] };
  const detected = stamp(run, "alarm.transitioned");
  const { detect } = record.durations;
  return {
    floorMs: record.floors.detect,
    worstMs: record.floors.detectWorst,
    actual: detect === null ? null : { leastMs: detect, mostMs: detect },
    notes: [
      detected ? `Stamped by ${detected.source}.` : "Nothing that detects was seen to.",
      "Best and worst case follow from the alarms' periods, datapoints and cadence as the preflight read them" +
        (detected && detected.source !== Source.CloudWatch
          ? "; it was not they that detected."
          : "."),
    ],
  };
}
