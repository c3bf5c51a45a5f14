/** What the record of a real reversion says: what went well, what did not, and what it cannot say. */
import { withoutArns } from "../../../guard/alarmNames.ts";
import { Outcome } from "../../../guard/reversion.ts";
import { notGood, VerificationOutcome } from "../../../guard/verification/check.ts";
import { figure, plural, weightsText } from "../text.ts";
import type { Finding } from "./incident.ts";
import type { Told } from "./ofReversion.ts";
import { failedBefore, isStillLatched, releaseOf } from "./sight.ts";
import { unnamed } from "./unnamed.ts";

export function wentWell(told: Told): Finding[] {
  const { reversion, verification, stamps } = told;
  const { outcome, path, explanation, weightsBefore, weightsAfter, alarm } = reversion;
  const { alarmMs, verifiedMs } = stamps;
  const tookMs =
    alarmMs !== null && verifiedMs !== null && verifiedMs >= alarmMs ? verifiedMs - alarmMs : null;
  const total = (weightsBefore?.blue ?? 0) + (weightsBefore?.green ?? 0);
  const share = weightsBefore && total > 0 ? weightsBefore[alarm.slot] / total : null;
  return [
    ...(outcome === Outcome.Reverted
      ? [
          {
            text:
              "The traffic came home without anybody's help" +
              `${tookMs === null ? "" : `, ${figure(tookMs)} after the alarm`}, and was read back.`,
            evidence: `outcome = reverted, path = ${path}, weights ${weightsText(weightsAfter)}`,
          },
        ]
      : []),
    ...(share !== null && share > 0 && share < 1
      ? [
          {
            text: `The rollout's step kept it small: slot ${alarm.slot} had ${Number((share * 100).toFixed(1))} % of the new requests.`,
            evidence: `weights before: ${weightsText(weightsBefore)}`,
          },
        ]
      : []),
    ...(explanation && explanation.problem === null
      ? [
          {
            text: `Why the guard decided so is on record: ${explanation.verdict}.`,
            evidence: "the reversion's explanation",
          },
        ]
      : []),
    ...(verification?.outcome === VerificationOutcome.Good
      ? [
          {
            text: "All was well afterwards.",
            evidence: verification.checks.map(({ name, says }) => `${name}: ${says}`).join("; "),
          },
        ]
      : []),
  ];
}

export function wentBadly(told: Told): Finding[] {
  const { reversion, verification } = told;
  const { outcome, why } = reversion;
  const before = failedBefore(told);
  return [
    ...(outcome === Outcome.Failed || outcome === Outcome.Refused
      ? [
          {
            text: `The traffic did not come home: ${unnamed(withoutArns(why))}.`,
            evidence: `outcome = ${outcome}`,
          },
        ]
      : []),
    ...before.map((one) => ({
      text: `An earlier call moved nothing (${one.outcome}): ${unnamed(withoutArns(one.why))}.`,
      evidence: `reversion ${one.id}, path = ${one.path}`,
    })),
    ...(verification && verification.outcome !== VerificationOutcome.Good
      ? [
          {
            text: `Whether all was well afterwards was not verified: ${verification.outcome}.`,
            evidence: notGood(verification.checks).join("; ") || "no check was made",
          },
        ]
      : []),
  ];
}

export function reversionUnknown(told: Told): Finding[] {
  const { reversion, verification, trouble, stamps, clock } = told;
  const { explanation } = reversion;
  const { alarmMs, decidedMs } = stamps;
  return [
    {
      text: "What was wrong with the release itself.",
      evidence: "the record knows its signals, not its cause",
    },
    ...(releaseOf(told) === null
      ? [
          {
            text: "Which release it was.",
            evidence: "neither the last rollout nor the history names it",
          },
        ]
      : []),
    ...(trouble
      ? []
      : [
          {
            text: "When the trouble began, and how many requests it hurt.",
            evidence: "no minute with failed requests",
          },
        ]),
    ...(explanation === null || explanation.problem !== null
      ? [
          {
            text: "What each signal said at that time.",
            evidence: explanation?.problem ?? "the reversion has no explanation",
          },
        ]
      : []),
    ...(verification
      ? []
      : [
          {
            text: "Whether all was well afterwards.",
            evidence: "no verification of this reversion is at hand",
          },
        ]),
    ...(alarmMs !== null && decidedMs !== null && decidedMs >= alarmMs
      ? [
          {
            text: "How far apart the clocks of the alarm and of the guard were: the time to decide rests on both.",
            evidence: "each stamps by its own clock",
          },
        ]
      : []),
    ...(alarmMs !== null && decidedMs !== null && decidedMs < alarmMs
      ? [
          {
            text: "How long the decision took: the guard's clock and CloudWatch's disagree.",
            evidence: `decided ${figure(alarmMs - decidedMs)} before the alarm's own stamp`,
          },
        ]
      : []),
    ...(clock.speed === 0
      ? [
          {
            text: "How long detection, decision and reversion took.",
            evidence: "a clock that is moved by hand",
          },
        ]
      : []),
    ...(reversion.outcome === Outcome.Reverted && !isStillLatched(told)
      ? [
          {
            text: "When the latch was cleared, and what had been mended by then.",
            evidence: "the record keeps the latch that is, not those that were",
          },
        ]
      : []),
  ];
}

export function evidenceOfSignals({ reversion }: Told): string {
  const bad = (reversion.explanation?.signals ?? []).filter(({ state }) => state === "ALARM");
  if (bad.length === 0)
    return withoutArns(reversion.alarm.reason) || `asked by ${reversion.alarm.name}`;
  return `${plural(bad.length, "signal")} in ALARM: ${bad
    .map(
      ({ signal, value, threshold, unit, breaches }) =>
        `${signal} ${value ?? "without a value"}, bad ${breaches} ${threshold} ${unit}`,
    )
    .join("; ")}`;
}
