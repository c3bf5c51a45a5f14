/** YAML in, a value out, or every mistake in it at once with line and column. */
import { closeSync, openSync, readSync } from "node:fs";
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document } from "yaml";
import type { z } from "zod";
import { type Problem, refuseProblems, usageError } from "../../base/errors.ts";
import { errorCode } from "../../base/errno.ts";
import type { IssueDetails } from "./members.ts";
import { valueOf } from "./value.ts";

export type Path = readonly (string | number)[];

/** A problem and the member that it lies in. */
export interface PlacedProblem extends Omit<Problem, "field"> {
  readonly path: Path;
  /** Of a mapping: the key itself is the problem. */
  readonly key?: string;
}

/** Lines and columns from 1. */
interface LocatedProblem extends Problem {
  readonly line: number;
  readonly column: number;
}

const MOST_BYTES = 1_000_000;

/**
 * @param what names the file for a person, such as "the schedule file"
 * @throws BackoutError `code` for a file that cannot be read or has more than 1,000,000 bytes
 */
export function readText(path: string, what: string, code: string, fix: string): string {
  let bytes: Buffer;
  try {
    bytes = readAtMost(path, MOST_BYTES + 1);
  } catch (error) {
    const reason = errorCode(error);
    if (reason === undefined) throw error;
    throw usageError(code, `${what} ${path} cannot be read (${reason})`, fix);
  }
  if (bytes.length > MOST_BYTES) {
    throw usageError(code, `${path} has more than ${MOST_BYTES} bytes`, fix);
  }
  return bytes.toString("utf8");
}

/** No further: a device says that it has no bytes, and never ends. */
function readAtMost(path: string, most: number): Buffer {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(most);
    let length = 0;
    for (let read = -1; read !== 0 && length < most; length += read) {
      read = readSync(file, buffer, length, most - length, null);
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

/**
 * @param check everything that is wrong with the value, shape and all
 * @throws BackoutError `bad-input` with every problem, each field being `path:line:column: member`
 */
export function parseYaml(
  text: string,
  path: string,
  what: string,
  check: (raw: unknown) => readonly PlacedProblem[],
): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: "error" });
  const problems: LocatedProblem[] = [];
  const add = (offset: number, member: string, problem: Omit<Problem, "field">): void => {
    const { line, col } = lines.linePos(offset);
    const field = `${path}:${line}:${col}${member === "" ? "" : `: ${member}`}`;
    problems.push({ ...problem, field, line, column: col });
  };
  for (const { code, message, pos } of document.errors) {
    const [said = message] = message.split(/ at line \d+/);
    add(pos[0], "", { value: code, allowed: "YAML 1.2", fix: said });
  }
  // A key given twice leaves a document that can be read on; other syntax errors leave half of one.
  const whole = document.errors.every(({ code }) => code === "DUPLICATE_KEY");
  const value = whole ? valueOf(document) : { problems: [] };
  for (const { offset, ...problem } of value.problems) add(offset, "", problem);
  const { raw } = value;
  for (const { path: where, key, ...problem } of "raw" in value ? check(raw) : []) {
    const member = memberName(key === undefined ? where : [...where, key]);
    add(offsetOf(document, where, key), member, problem);
  }
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  refuseProblems(what, problems);
  return raw;
}

/** What a schema has against a value, member by member. */
export function shapeProblems(schema: z.ZodType, raw: unknown): PlacedProblem[] {
  return (schema.safeParse(raw).error?.issues ?? []).flatMap((issue) =>
    issueProblems(issue, raw, []),
  );
}

function issueProblems(issue: z.core.$ZodIssue, raw: unknown, base: Path): PlacedProblem[] {
  const path = [...base, ...issue.path.map((key) => (typeof key === "symbol" ? "" : key))];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path, key, value: key, allowed: issue.message }));
  }
  if (issue.code === "invalid_union") {
    // The alternative that the value's type chose says what is wrong within it.
    const inner = issue.errors.find((issues) => issues.every((one) => one.path.length > 0));
    const isText = typeof at(raw, path) === "string" || inner === undefined;
    if (!isText) return inner.flatMap((one) => issueProblems(one, raw, path));
  }
  const {
    at: member,
    fix,
    ...details
  }: IssueDetails = issue.code === "custom" ? { ...issue.params } : {};
  const part = member === undefined ? "" : member.replace(/^: /, "");
  const value = "value" in details ? details.value : at(raw, path);
  const allowed = part === "" ? issue.message : `as ${part}: ${issue.message}`;
  return [{ path, value, allowed, ...(fix === undefined ? {} : { fix }) }];
}

/** The member of a value at `path`; undefined where there is none. */
export function at(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== "object" || value === null) return undefined;
    return Object.entries(value).find(([name]) => name === String(key))?.[1];
  }, raw);
}

/** `schedules[2].cron`. */
export function memberName(path: Path): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index > 0 ? "." : ""}${key}`))
    .join("");
}

/** Where the value at `path` begins, or its nearest parent that is there; with `key`, where that key does. */
function offsetOf(document: Document, path: Path, key?: string): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of key === undefined ? path : [...path, key]) {
    if (isAlias(node)) node = node.resolve(document);
    const isKey = key !== undefined && step === key;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === step);
      if (!pair) break;
      const shown = isKey || startOf(pair.value) === undefined ? pair.key : pair.value;
      offset = startOf(shown) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step];
      offset = startOf(node) ?? offset;
    } else break;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
