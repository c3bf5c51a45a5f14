/** Hooks as people write them, and every rule that they must obey. */
import { formatDuration, parseDuration } from "../../base/duration.ts";
import type { Problem } from "../../base/errors.ts";
import { withoutUser } from "../../base/urls.ts";
import {
  fill,
  type Hook,
  type HookKind,
  HookWhen,
  PLACEHOLDERS,
  unknownPlaceholders,
} from "./hooks.ts";

const DEFAULT_TIMEOUT_MS = 10_000;
/**
 * The guard's function lives 60 s: a hook must leave it the time for a reversion. What takes longer
 * answers `inconclusive` and is asked again. A command is on its caller's machine and may take longer.
 */
const MOST_TIMEOUT_MS: Readonly<Record<HookKind, number>> = {
  http: 30_000,
  function: 30_000,
  command: 30 * 60_000,
};
const DEFAULT_COMMAND_TIMEOUT_MS = 5 * 60_000;
const MOST_HOOKS = 10;
const MOST_LENGTH = 2_000;
const METHODS = ["GET", "HEAD", "POST"];

const KEYS: Readonly<Record<HookKind, readonly string[]>> = {
  http: ["name", "when", "kind", "timeout", "url", "method", "headers", "expectStatus"],
  function: ["name", "when", "kind", "timeout", "function"],
  command: ["name", "when", "kind", "timeout", "command"],
};

/** For each kind that cannot be used here: what to do instead. */
export type Refused = Readonly<Partial<Record<HookKind, string>>>;

/** @param given a list of objects with the members that `HookArgs` documents; anything else is a problem */
export function parseHooks(
  given: unknown,
  refused: Refused,
): { readonly hooks: readonly Hook[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  if (!Array.isArray(given) || given.length > MOST_HOOKS) {
    const value: unknown = Array.isArray(given) ? given.length : given;
    problems.push({ field: "hooks", value, allowed: `a list of at most ${MOST_HOOKS} hooks` });
    return { hooks: [], problems };
  }
  const hooks = given.flatMap((one: unknown, index) => {
    const read = parseHook(one, `hooks[${index}]`, refused);
    problems.push(...read.problems);
    return read.hook ?? [];
  });
  problems.push(...nameProblems(hooks));
  return { hooks, problems };
}

/** Answers are kept under the hook's name. */
export function nameProblems(hooks: readonly Hook[]): Problem[] {
  return hooks.flatMap(({ name }, index) => {
    if (hooks.findIndex((other) => other.name === name) === index) return [];
    const field = `hooks[${index}].name`;
    return { field, value: name, allowed: "a name that no other hook of the rollout has" };
  });
}

function parseHook(
  given: unknown,
  field: string,
  refused: Refused,
): { readonly hook?: Hook; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  if (!isObject(given)) {
    problems.push({ field, value: given, allowed: "an object with name, when and kind" });
    return { problems };
  }
  const check = (ok: boolean, member: string, allowed: string, fix?: string): void => {
    if (ok) return;
    const at = member === "" ? field : `${field}.${member}`;
    const value = withoutUser(given[member]);
    problems.push({ field: at, value, allowed, ...(fix ? { fix } : {}) });
  };
  const { name, when, kind, timeout } = given;
  check(
    typeof name === "string" && /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(name),
    "name",
    "1 to 40 lower-case letters, digits and hyphens",
  );
  check(isOneOf(Object.values(HookWhen), when), "when", Object.values(HookWhen).join(", "));
  const kinds: readonly HookKind[] = ["http", "function", "command"];
  const usable = kinds.filter((one) => refused[one] === undefined);
  if (!isOneOf(kinds, kind) || refused[kind] !== undefined) {
    check(false, "kind", usable.join(" or "), isOneOf(kinds, kind) ? refused[kind] : undefined);
    return { problems };
  }
  const unknown = Object.keys(given).filter((key) => !KEYS[kind].includes(key));
  for (const key of unknown) check(false, key, `one of ${KEYS[kind].join(", ")}`);

  const most = MOST_TIMEOUT_MS[kind];
  const otherwise = kind === "command" ? DEFAULT_COMMAND_TIMEOUT_MS : DEFAULT_TIMEOUT_MS;
  const timeoutMs = timeout === undefined ? otherwise : parseDuration(textOf(timeout));
  check(
    timeoutMs !== undefined && timeoutMs >= 100 && timeoutMs <= most,
    "timeout",
    `a duration from 100ms to ${formatDuration(most).replace(/ 0\.0 s$/, "")}`,
    kind === "command" ? undefined : "what takes longer may answer that it cannot tell yet",
  );
  const own = ownMembers(kind, given, check);
  const common = { name: textOf(name), timeoutMs: timeoutMs ?? otherwise };
  if (problems.length > 0 || !isOneOf(Object.values(HookWhen), when)) return { problems };
  return { hook: { ...common, when, ...own }, problems };
}

type Check = (ok: boolean, member: string, allowed: string, fix?: string) => void;
type Own =
  | Pick<Extract<Hook, { kind: "http" }>, "kind" | "url" | "method" | "headers" | "expectStatus">
  | Pick<Extract<Hook, { kind: "function" }>, "kind" | "function">
  | Pick<Extract<Hook, { kind: "command" }>, "kind" | "command">;

function ownMembers(kind: HookKind, given: Record<string, unknown>, check: Check): Own {
  if (kind === "command") {
    const { command } = given;
    const ok =
      typeof command === "string" && command.trim() !== "" && command.length <= MOST_LENGTH;
    check(ok, "command", `a command line of 1 to ${MOST_LENGTH} characters`);
    return { kind, command: textOf(command) };
  }
  if (kind === "function") {
    check(
      typeof given["function"] === "string" && FUNCTION.test(given["function"]),
      "function",
      "the name or the ARN of a Lambda function, with :ALIAS or without",
    );
    return { kind, function: textOf(given["function"]) };
  }
  const { url, method = "GET", headers = {}, expectStatus = 200 } = given;
  check(
    typeof url === "string" && url.length <= MOST_LENGTH && isHttp(url),
    "url",
    "an http or https URL without user and password, such as ${testUrl}/health",
  );
  check(isOneOf(METHODS, method), "method", METHODS.join(", "));
  const fine = isObject(headers) && Object.entries(headers).every(isHeader);
  check(fine, "headers", "an object of header names and texts without line breaks");
  check(
    typeof expectStatus === "number" &&
      Number.isInteger(expectStatus) &&
      expectStatus >= 200 &&
      expectStatus <= 599,
    "expectStatus",
    "an integer from 200 to 599",
  );
  for (const [member, text] of [["url", url] as const, ...headerTexts(headers)]) {
    for (const name of unknownPlaceholders(textOf(text))) {
      const known = PLACEHOLDERS.map((one) => `\${${one}}`).join(", ");
      check(false, member, `the placeholders ${known}, not \${${name}}`);
    }
  }
  const read = Object.fromEntries(headerTexts(headers).map(([, text, name]) => [name, text]));
  return {
    kind,
    url: textOf(url),
    method: textOf(method),
    headers: read,
    expectStatus: Number(expectStatus),
  };
}

const FUNCTION =
  /^(?:arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:)?[A-Za-z0-9_-]{1,64}(?::(?:\$LATEST|[A-Za-z0-9_-]{1,128}))?$/;

function headerTexts(headers: unknown): (readonly ["headers", string, string])[] {
  if (!isObject(headers)) return [];
  return Object.entries(headers).map(([name, text]) => ["headers", textOf(text), name] as const);
}

function isHeader([name, text]: [string, unknown]): boolean {
  if (typeof text !== "string") return false;
  try {
    return new Headers([[name, fill(text, SAMPLE)]]).has(name);
  } catch {
    return false;
  }
}

const SAMPLE = {
  url: "http://checkout.example",
  testUrl: "http://checkout.example:8081",
  slot: "green",
  release: "shop:2",
  environment: "checkout",
};

function isHttp(text: string): boolean {
  const filled = fill(text, SAMPLE);
  if (!URL.canParse(filled)) return false;
  const { protocol, username, password } = new URL(filled);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isOneOf<T extends string>(values: readonly T[], value: unknown): value is T {
  return values.some((one) => one === value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
