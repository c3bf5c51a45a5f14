/** A schedule file: YAML in, schedules out, or every mistake in it at once with line and column. */
import { at, parseYaml, type Path, readText, shapeProblems } from "../yaml/document.ts";
import {
  buildSchedule,
  memberProblems,
  type MemberProblem,
  soundDefaults,
  soundMembers,
  withDefaults,
} from "./fileChecks.ts";
import { fileSchema } from "./fileSchema.ts";
import type { Schedule } from "./schedule.ts";

/** @throws BackoutError `no-schedule-file`, or `bad-input` with every problem of the file */
export function readSchedules(path: string, nowMs: number): readonly Schedule[] {
  const fix = "give the path of a YAML file of schedules";
  const text = readText(path, "the schedule file", "no-schedule-file", fix);
  return parseSchedules(text, path, nowMs);
}

/** @throws BackoutError `bad-input` with every problem, each field being `path:line:column: member` */
export function parseSchedules(text: string, path: string, nowMs: number): readonly Schedule[] {
  const raw = parseYaml(text, path, "the schedule file", (value) => [
    ...shapeProblems(fileSchema, value),
    ...crossProblems(value, nowMs),
  ]);
  const { defaults = {}, schedules } = fileSchema.parse(raw);
  return schedules.map((own) => buildSchedule({ ...own, ...withDefaults(own, defaults) }));
}

/** What the members of each schedule say of each other, and schedules of each other. */
function crossProblems(raw: unknown, nowMs: number): MemberProblem[] {
  const schedules = at(raw, ["schedules"]);
  const defaults = soundDefaults(at(raw, ["defaults"]));
  if (!Array.isArray(schedules)) return [];
  const names = schedules.map((one) => soundMembers(one).name);
  return schedules.flatMap((one, index) => {
    const own = memberProblems(withDefaults(soundMembers(one), defaults), nowMs);
    const name = names[index];
    const base: Path = ["schedules", index];
    const problems = own.map(({ path, ...problem }) =>
      Object.assign(problem, { path: base.concat(path) }),
    );
    if (name === undefined || names.indexOf(name) === index) return problems;
    const path = ["schedules", index, "name"];
    return [...problems, { path, field: "", value: name, allowed: "each name once in a file" }];
  });
}
