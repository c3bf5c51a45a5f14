/** Hooks on the command line: `--hook before=./smoke.sh`, those of the stack, and who runs them. */
import { isDeepStrictEqual } from "node:util";
import { GetFunctionConfigurationCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { z } from "zod";
import { environmentError, messageOf, type Problem } from "../base/errors.ts";
import { HOOKS_VARIABLE } from "../guard/names.ts";
import { guardHooks } from "../guard/rollout/hookRunner.ts";
import {
  type Hook,
  type HookRunner,
  type HookRun,
  hookSchema,
  type Places,
} from "../guard/rollout/hooks.ts";
import { nameProblems, parseHooks, type Refused } from "../guard/rollout/hookTexts.ts";
import type { Rollout } from "../guard/rollout/rollout.ts";
import { runCommand } from "./hookCommand.ts";
import type { TestRoute } from "./testRoutes.ts";

export const HOOK_HELP =
  "ask this too: WHEN=WHAT or WHEN:NAME=WHAT, WHEN being before, between or after the traffic, " +
  "WHAT a URL or (with --wait) a command; or a hook as JSON. As often as wanted";

const FORM = "WHEN=WHAT or WHEN:NAME=WHAT, such as before=./smoke.sh, or a hook as JSON";
const NO_FUNCTIONS =
  "a function is named by the stack (backout:hooks), whose guard may then invoke it";
const ONLY_WAITING = "a command is run by whoever waits: add --wait";

/** @param waits whether a command could be run here */
export function readHooks(
  texts: readonly string[],
  waits: boolean,
  refused: Refused = { function: NO_FUNCTIONS },
): { readonly hooks: readonly Hook[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const counted = new Map<string, number>();
  /** Of each that could be read, its place among all of them. */
  const places: number[] = [];
  const given = texts.flatMap((text, place): unknown[] => {
    const field = `--hook[${place}]`;
    if (text.trimStart().startsWith("{")) {
      try {
        const parsed: unknown = JSON.parse(text);
        places.push(place);
        return [parsed];
      } catch (error) {
        problems.push({ field, value: text, allowed: `JSON (${messageOf(error)})` });
        return [];
      }
    }
    const [, when, name, what] = /^([^:=]*)(?::([^=]*))?=(.+)$/s.exec(text) ?? [];
    if (when === undefined || what === undefined) {
      problems.push({ field, value: text, allowed: FORM });
      return [];
    }
    places.push(place);
    const number = (counted.get(when) ?? 0) + (name === undefined ? 1 : 0);
    counted.set(when, number);
    const isUrl = /^(?:[a-z]+:\/\/|\$\{)/i.test(what);
    const kind = isUrl ? { kind: "http", url: what } : { kind: "command", command: what };
    return [{ name: name ?? `${when}-${number}`, when, ...kind }];
  });
  const read = parseHooks(given, { ...(waits ? {} : { command: ONLY_WAITING }), ...refused });
  const asOptions = read.problems.map((problem) => ({
    ...problem,
    field: problem.field.replace(/^hooks(?:\[(\d+)\])?/, (_, index?: string) =>
      index === undefined ? "--hook" : `--hook[${places[Number(index)]}]`,
    ),
  }));
  return { hooks: read.hooks, problems: [...problems, ...asOptions] };
}

/** All hooks of a rollout that begins: the stack's first. */
export function joinHooks(
  ofStack: readonly Hook[],
  given: readonly Hook[],
  { testUrl }: Places,
): { readonly hooks: readonly Hook[]; readonly problems: readonly Problem[] } {
  const hooks = [...ofStack, ...given];
  const problems = [...nameProblems(hooks)];
  hooks.forEach((hook, index) => {
    if (testUrl !== "" || hook.kind !== "http" || !hook.url.includes("${testUrl}")) return;
    problems.push({
      field: `hooks[${index}].url`,
      value: hook.url,
      allowed: "no ${testUrl} where testers have no routes, or only such that need a secret",
      fix: "give the stack a test listener (backout:testListenerPort)",
    });
  });
  return { hooks, problems };
}

/** Those that are given again, of a rollout that goes on: they must be the same ones. */
export function sameHooks({ hooks }: Rollout, given: readonly Hook[]): Problem[] {
  return given.flatMap((hook) => {
    const known = hooks.named.find(({ name }) => name === hook.name);
    if (isDeepStrictEqual(known, hook)) return [];
    const allowed = known ? `as it was at the start, ${renderHook(known)}` : namesOf(hooks.named);
    return { field: `--hook ${hook.name}`, value: renderHook(hook), allowed };
  });
}

function namesOf(hooks: readonly Hook[]): string {
  const names = hooks.map(({ name }) => name).join(", ");
  return names === "" ? "none, for this rollout has no hooks" : `one of the rollout's: ${names}`;
}

export function renderHook(hook: Hook): string {
  if (hook.kind === "command") return `${hook.when}:${hook.name}=${hook.command}`;
  return `${hook.when}:${hook.name}=${hook.kind === "http" ? hook.url : hook.function}`;
}

/** @throws BackoutError `hooks-unknown`: what is not known to be asked is not left out in silence */
export async function stackHooksOf(client: LambdaClient, guard: string): Promise<Hook[]> {
  try {
    const { Environment } = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: guard }),
    );
    const text = Environment?.Variables?.[HOOKS_VARIABLE];
    return text === undefined ? [] : z.array(hookSchema).parse(JSON.parse(text));
  } catch (error) {
    throw environmentError(
      "hooks-unknown",
      `the hooks of this environment cannot be read from its function ${guard}`,
      "mend the function with `backout up` (or `pulumi up`), then begin again",
      error,
    );
  }
}

/** The first route that asks for no secret: what a hook needs is kept in the record. */
export function placesOf(url: string, routes: readonly TestRoute[]): Places {
  const route = routes.find(({ needsSecret }) => !needsSecret);
  return { url, testUrl: route?.url ?? "", testHeader: route?.header.name ?? "" };
}

/**
 * Runs what the guard's function could run as well, and the commands that were given *here*: a line
 * that only stands in the record is never run.
 */
export function waitingHooks(
  given: readonly Hook[],
  connect: () => Promise<LambdaClient>,
  signal: AbortSignal,
  say: (text: string) => void,
): HookRunner {
  const others = guardHooks(connect);
  const isGiven = (hook: Hook): boolean => given.some((one) => isDeepStrictEqual(one, hook));
  return {
    runs: (hook) => (hook.kind === "command" ? isGiven(hook) : others.runs(hook)),
    async run(hook, context, stillWanted) {
      say(`          asks hook ${renderHook(hook)}`);
      return hook.kind === "command"
        ? runCommand(hook, context, { signal, stillWanted })
        : others.run(hook, context, stillWanted);
    },
  };
}

/** Each answer once. */
export function hookNews(): (runs: readonly HookRun[]) => string[] {
  const told = new Set<string>();
  return (runs) =>
    runs.flatMap(({ name, step, tries, outcome, why }) => {
      const key = `${name} ${step} ${tries}`;
      if (told.has(key)) return [];
      told.add(key);
      return `          hook ${name}: ${outcome}: ${why}`;
    });
}
