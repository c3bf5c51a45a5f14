/** What a record says, for people on a terminal: short times, alarms by their names, short lines. */
import { formatDuration } from "../base/duration.ts";
import { print } from "./output.ts";
import { wrap } from "./wrap.ts";

export { withoutArns } from "../guard/alarmNames.ts";

/** Of lines that go into a pipe or a file. */
const COLUMNS = 100;

/** Each on lines of its own, broken at blanks where the terminal is narrower. */
export function printWrapped(lines: readonly string[]): void {
  const { columns } = process.stdout;
  print(lines.map((line) => wrap(line, columns > 0 ? columns : COLUMNS)).join("\n"));
}

/** `2026-01-01 12:00:01Z`: a time of the record, which is wall time, to the second. */
export function stamp(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}Z`;
}

/** Whole minutes without their seconds: `5 m`, not `5 m 0.0 s`. */
export function briefly(ms: number): string {
  return formatDuration(Math.round(ms / 1_000) * 1_000)
    .replace(/ 0\.0 s$/, "")
    .replace(".0 s", " s")
    .replace(/^0 ms$/, "0 s");
}
