/**
 * Input transformers: a template, JSON or one string in quotes, in which `<name>` stands for a part
 * of the event. Pure.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
import { follow, parsePath } from "./path.ts";

export interface Transformer {
  /** JSON paths by variable. */
  readonly paths: Readonly<Record<string, string>>;
  readonly template: string;
}

/** What a template may name without a path for it. */
export interface Surroundings {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** ISO 8601, when the bus got the event. */
  readonly ingestionTime: string;
}

const RESERVED: ReadonlySet<string> = new Set([
  "aws.events.rule-arn",
  "aws.events.rule-name",
  "aws.events.event.ingestion-time",
  "aws.events.event",
  "aws.events.event.json",
]);
/** Their contents are not escaped: "can only be used as a value for a JSON field". */
const WHOLE = new Set(["aws.events.event", "aws.events.event.json"]);

const PLACEHOLDER = /<([A-Za-z0-9._-]+)>/g;
/** A string of JSON, closed or not. */
const QUOTED = /"(?:[^"\\]|\\.)*"?/g;

/** What is wrong with it, as a sentence; undefined when nothing is. */
export function problemOf({ paths, template }: Transformer): string | undefined {
  for (const [name, path] of Object.entries(paths)) {
    if (!/^[A-Za-z0-9_-]{1,256}$/.test(name) || /^aws\./i.test(name)) {
      return `InputPathsMap has the key ${name}, which is not allowed`;
    }
    if (!parsePath(path)) return `InputPathsMap has the value ${path}, which is no JSON path`;
  }
  const names = [...template.matchAll(PLACEHOLDER)].map((match) => match[1] ?? "");
  const unknown = names.find((name) => !Object.hasOwn(paths, name) && !RESERVED.has(name));
  if (unknown !== undefined) return `InputTemplate contains the invalid placeholder <${unknown}>`;
  const quoted = template.match(QUOTED) ?? [];
  if (quoted.some((text) => [...WHOLE].some((name) => text.includes(`<${name}>`)))) {
    return "InputTemplate has a copy of the event inside a string";
  }
  if (/"[^"]*<[A-Za-z0-9._-]+>[^"]*"\s*:/.test(template)) {
    return "InputTemplate has a placeholder in an object's key";
  }
  try {
    JSON.parse(template.replace(PLACEHOLDER, (_, _name, at: number) => dummy(template, at)));
    return undefined;
  } catch {
    return "InputTemplate is neither JSON nor a string in quotes";
  }
}

function dummy(template: string, at: number): string {
  return isQuoted(template, at) ? "" : "null";
}

/** The text that the target gets; of a template without problems it is JSON. */
export function transform(
  { paths, template }: Transformer,
  event: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
): string {
  return template.replace(PLACEHOLDER, (_, name: string, at: number) => {
    const value = valueOf(name, paths, event, surroundings);
    return isQuoted(template, at) ? inString(value) : JSON.stringify(value);
  });
}

function valueOf(
  name: string,
  paths: Readonly<Record<string, string>>,
  event: Readonly<Record<string, unknown>>,
  { ruleArn, ruleName, ingestionTime }: Surroundings,
): unknown {
  switch (name) {
    case "aws.events.rule-arn":
      return ruleArn;
    case "aws.events.rule-name":
      return ruleName;
    case "aws.events.event.ingestion-time":
      return ingestionTime;
    case "aws.events.event.json":
      return event;
    case "aws.events.event": {
      const { detail: _, ...rest } = event;
      return rest;
    }
    default: {
      const path = Object.hasOwn(paths, name) ? paths[name] : undefined;
      // "That variable isn't created and won't appear in the output": an empty text in its place.
      return follow(event, parsePath(path ?? "") ?? []) ?? "";
    }
  }
}

/** Inside of quotes an object loses its own: `{state:running}`. */
function inString(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value).slice(1, -1);
  return JSON.stringify(value).replaceAll(/\\.|"/g, "");
}

/** Whether an odd number of quotes stands before `at`. */
function isQuoted(template: string, at: number): boolean {
  const before = template.slice(0, at).replaceAll(/\\./g, "");
  return (before.split('"').length - 1) % 2 === 1;
}
