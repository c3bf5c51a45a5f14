/** What a drill's record says of how it went: well, not well, and what it does not say. */
import { clockErrors } from "../../verdict/durations.ts";
import type { RunReport } from "../model.ts";
import { figure, plural } from "../text.ts";
import { stamp } from "../facts.ts";
import type { Finding } from "./incident.ts";
import { unnamed } from "./unnamed.ts";

export function wentWell(run: RunReport): Finding[] {
  const { record } = run;
  const claims = run.claims.filter(({ holds }) => holds === true);
  const found = claims.map(({ text, how }) => ({ text, evidence: how }));
  if (!record) return found;
  const { objective, durations, hypothesis = [] } = record;
  const held = hypothesis.filter(({ outcome }) => outcome === "held");
  return [
    ...found,
    ...(objective.met && durations.total !== null
      ? [
          {
            text: `The objective of ${figure(objective.total)} was met with ${figure(objective.total - durations.total)} to spare.`,
            evidence: `durations.total = ${durations.total} ms`,
          },
        ]
      : []),
    ...held.map(({ name, when, shown }) => ({
      text: `The steady state held ${when} the fault: ${name}.`,
      evidence: shown,
    })),
  ];
}

export function wentPoorly(run: RunReport): Finding[] {
  const { record } = run;
  const claims = run.claims.filter(({ holds }) => holds === false);
  const found = claims.map(({ text, how }) => ({ text, evidence: how }));
  if (!record) return found;
  const { objective, durations, hypothesis = [], reason, verdict } = record;
  const broken = hypothesis.filter(({ outcome }) => outcome === "broken");
  return [
    ...(reason === null
      ? []
      : [
          {
            text: sentence(unnamed(reason)),
            evidence: `the record's reason for the verdict ${verdict}`,
          },
        ]),
    ...found,
    ...(!objective.met && durations.total !== null
      ? [
          {
            text: `Recovery took ${figure(durations.total - objective.total)} longer than the objective of ${figure(objective.total)}.`,
            evidence: `durations.total = ${durations.total} ms`,
          },
        ]
      : []),
    ...broken.map(({ name, when, shown }) => ({
      text: `The steady state did not hold ${when} the fault: ${name}.`,
      evidence: shown,
    })),
  ];
}

export function notKnown(run: RunReport): Finding[] {
  const { record } = run;
  const open = run.claims
    .filter(({ holds }) => holds === null)
    .map(({ text, how }) => ({ text, evidence: how }));
  if (!record) return open;
  const { hypothesis = [], durations, floors, verdict } = record;
  const disorder = clockErrors(record.timeline);
  const heldBack = run.samples.reduce((sum, { notSent }) => sum + notSent, 0);
  const parts = (["detect", "decide", "revert", "recover"] as const).filter(
    (name) => durations[name] === null,
  );
  return [
    ...open,
    ...hypothesis
      .filter(({ outcome }) => outcome === "unknown")
      .map(({ name, when, shown }) => ({
        text: `Whether the steady state held ${when} the fault: ${name}.`,
        evidence: shown,
      })),
    ...(disorder.length > 0
      ? [
          {
            text: "How long each part took: the clocks that stamped them disagree about what came first.",
            evidence: disorder.join("; "),
          },
        ]
      : parts.length > 0 && stamp(run, "fault.injected")
        ? [
            {
              text: `How long it would have taken to ${parts.join(", ")}: the end was not reached.`,
              evidence: `the verdict is ${verdict}, and these durations are null`,
            },
          ]
        : []),
    ...(floors.detect === null
      ? [{ text: "How fast detection can be at best.", evidence: "floors.detect = null" }]
      : durations.detect !== null && durations.detect < floors.detect
        ? [
            {
              text: "Why detection came before its best case: another detector than the alarms, or a clock that is off.",
              evidence: `durations.detect = ${durations.detect} ms, floors.detect = ${floors.detect} ms`,
            },
          ]
        : []),
    ...(heldBack > 0
      ? [
          {
            text: `What ${plural(heldBack, "request")} would have met that the load held back.`,
            evidence: "the samples' notSent",
          },
        ]
      : []),
    ...(stamp(run, "fault.injected")
      ? [
          {
            text: "How it goes on average: one run is one measurement.",
            evidence: "n = 1",
          },
        ]
      : []),
  ];
}

function sentence(text: string): string {
  const start = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
