/** The verdict on everything together, in words: what is proven, and everything that is not. Pure. */
import { formatDuration } from "../../../base/duration.ts";
import { Verdict } from "../../verdict/record.ts";
import type { EnvironmentCoverage, SummaryModel, SummaryTotals } from "../summary/model.ts";
import { age } from "../summary/words.ts";
import { plural, VERDICT_TITLES } from "../text.ts";

interface Overall {
  readonly tone: "good" | "bad" | "warn";
  readonly title: string;
  /** One to three sentences. */
  readonly text: string;
}

export function overall(model: SummaryModel): Overall {
  const { totals, freshness, question } = model;
  const text = [ranSentence(totals), freshSentence(model), objectiveSentence(model)].join(" ");
  const say = (tone: Overall["tone"], title: string): Overall => ({ tone, title, text });
  if (totals.runs === 0) return say("warn", "Nothing is proven yet");
  const stale = freshness.filter(({ isFresh }) => !isFresh);
  const broken = stale.filter(({ last }) => last?.verdict === Verdict.Failed);
  if (broken.length > 0) {
    return say("bad", `${someOf(broken.length, freshness.length)} failed its last drill`);
  }
  if (stale.length > 0) {
    const have = stale.length === 1 ? "has" : "have";
    const some = someOf(stale.length, freshness.length);
    return say("warn", `${some} ${have} no fresh passing drill`);
  }
  const within = age(question.maxAgeMs);
  const lately = model.runs.filter(({ startedWallAt }) => isWithin(startedWallAt, question));
  const notPassed = lately.filter(({ verdict }) => verdict !== Verdict.Passed).length;
  if (notPassed > 0) {
    const some = `${notPassed} of ${plural(lately.length, "drill")}`;
    return say(
      "warn",
      `Every rollback path is fresh, yet ${some} of the last ${within} did not pass`,
    );
  }
  return say("good", `Every rollback path has brought traffic home within the last ${within}`);
}

function isWithin(at: string, { now, maxAgeMs }: SummaryModel["question"]): boolean {
  return Date.parse(now) - Date.parse(at) <= maxAgeMs;
}

function someOf(count: number, all: number): string {
  if (all === 1) return "The only rollback path";
  return `${count === 1 ? "One" : count} of ${all} rollback paths`;
}

function ranSentence({ runs, verdicts, unfinished, first, last }: SummaryTotals): string {
  if (runs === 0)
    return `No drill has come to an end${unfinished === 0 ? "" : `, ${unfinished} began`}.`;
  const counted = Object.values(Verdict)
    .filter((verdict) => verdicts[verdict] > 0)
    .map((verdict) => `${verdicts[verdict]} ${VERDICT_TITLES[verdict].toLowerCase()}`);
  const left = unfinished === 0 ? "" : ` ${unfinished} more began and have no end.`;
  const [from, to] = [first?.slice(0, 10), last?.slice(0, 10)];
  const span = from === to ? `on ${from}` : `from ${from} to ${to}`;
  return `${plural(runs, "drill")} ${span}: ${counted.join(", ")}.${left}`;
}

function freshSentence({ freshness, question }: SummaryModel): string {
  if (freshness.length === 0) return "No environment is known whose rollback could be proven.";
  const fresh = freshness.filter(({ isFresh }) => isFresh).length;
  return `${fresh} of ${plural(freshness.length, "rollback path")} passed a drill within ${age(question.maxAgeMs)}.`;
}

function objectiveSentence({ runs, question }: SummaryModel): string {
  const known = runs.filter(({ metObjective }) => metObjective !== null);
  if (known.length === 0) return "No recovery was measured.";
  const met = known.filter(({ metObjective }) => metObjective).length;
  const goal =
    question.objectiveMs === null
      ? "their objective"
      : `the objective of ${formatDuration(question.objectiveMs)}`;
  return `${met} of ${plural(known.length, "measured run")} met ${goal}.`;
}

/** Everything that a reader could take for proven and may not; each a sentence. */
export function notProven(model: SummaryModel): string[] {
  const stale = model.freshness.flatMap(({ whyNot }) => whyNot ?? []);
  const unswept = model.unfinished.filter(({ swept }) => !swept);
  const holes = model.coverage.flatMap((coverage) => holesOf(coverage) ?? []);
  return [
    ...stale,
    ...(unswept.length === 0
      ? []
      : [
          `${plural(unswept.length, "run")} began and neither ended nor was swept: what they left may still be there.`,
        ]),
    ...(model.clockErrors.length === 0
      ? []
      : [
          `${plural(model.clockErrors.length, "run")} with stamps out of order ${model.clockErrors.length === 1 ? "is" : "are"} in no figure.`,
        ]),
    ...holes,
  ];
}

/** The faults of an environment that nothing has shown to be cured, in one sentence. */
function holesOf({ environment, faults }: EnvironmentCoverage): string | null {
  const holes = faults.filter(({ isHole }) => isHole).map(({ fault }) => fault);
  if (holes.length === 0) return null;
  const named = holes.slice(0, NAMED_HOLES).join(", ");
  const left = holes.length - NAMED_HOLES;
  return (
    `${environment}: no fresh passing drill against ${holes.length} of ${faults.length} faults: ` +
    `${named}${left > 0 ? ` and ${left} more` : ""}.`
  );
}

const NAMED_HOLES = 8;
