/** What an environment's signals may do, and why it is latched, for a terminal of 100 columns. Pure. */
import type { Explanation } from "../guard/explanation.ts";
import type { EnvironmentRecord } from "../guard/record.ts";
import { Role, roleWords, type SignalPolicy } from "../guard/signalPolicy.ts";
import { ALL_SIGNALS, type AnySignal, FAST_SIGNALS } from "../guard/signals.ts";
import { stamp, withoutArns } from "./words.ts";

/** A terminal's 100 columns less the deepest indentation here. */
const COLUMNS = 96;

/** One line while every signal reverts alone; otherwise what each of the others may do. */
export function policyLines(policy: SignalPolicy): string[] {
  const having = (role: Role): readonly AnySignal[] =>
    ALL_SIGNALS.filter((signal) => policy.roles[signal].role === role);
  const voting = having(Role.Vote);
  const investigated = having(Role.Investigate);
  if (voting.length + investigated.length === 0) return ["each signal reverts alone"];
  const alone = having(Role.Immediate).filter((signal) => !isFast(signal));
  const votes = voting.map((signal) => `${signal} ${policy.roles[signal].votes}`);
  return [
    ...(alone.length > 0
      ? [`${alone.join(", ")} revert${alone.length === 1 ? "s" : ""} alone`]
      : []),
    ...(votes.length > 0
      ? [`${policy.votesNeeded} votes revert together, of: ${votes.join(", ")}`]
      : []),
    ...(investigated.length > 0 ? [`only investigated: ${investigated.join(", ")}`] : []),
  ];
}

function isFast(signal: AnySignal): boolean {
  return FAST_SIGNALS.some((one) => one === signal);
}

/** Since when and why, then signal by signal where the guard latched. */
export function latchLines(latch: EnvironmentRecord["latch"]): string[] {
  if (!latch) return ["not latched"];
  const { at, slot, reason, explanation } = latch;
  return [
    ...wrapped(withoutArns(`latched since ${stamp(at)}, slot ${slot}: ${reason}`)),
    ...(explanation ? explanationLines(explanation) : []),
  ];
}

/** The verdict, a table of the signals, and CloudWatch's own words of those in ALARM. */
function explanationLines(explanation: Explanation): string[] {
  const { verdict, problem, signals, votesNeeded } = explanation;
  const rows = signals.map((one) => [
    one.signal,
    one.state === "INSUFFICIENT_DATA" ? "no data" : one.state,
    one.value === null ? "none" : amount(one.value),
    `bad ${one.breaches} ${amount(one.threshold)} ${one.unit}`,
    roleWords(one, votesNeeded),
  ]);
  const bad = signals.filter(({ state }) => state === "ALARM");
  return [
    ...wrapped(`why: ${verdict}`),
    ...(problem === null ? table(rows) : wrapped(problem)),
    ...bad.flatMap(({ signal, reason }) => wrapped(`${signal}: ${reason}`)),
  ].map((line) => `  ${line}`);
}

function table(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number): number =>
    Math.max(0, ...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(width(column)))
      .join("  ")
      .trimEnd(),
  );
}

/** Four figures: `49.18`, `0.2031`, `1500`. */
function amount(value: number): string {
  return String(Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(4)));
}

/** At blanks; a word that is longer than a line stays whole. Further lines are indented by two. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
