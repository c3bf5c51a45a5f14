/** Hooks of a rollout as its record keeps them: what is asked, what was answered, who asks right now. */
import { z } from "zod";

/**
 * `before`: the candidate is up and no user's request reaches it. `between`: a step has baked, before
 * the next weight. `after`: all traffic has baked, before promotion: going back is still one write.
 */
export const HookWhen = { Before: "before", Between: "between", After: "after" } as const;
export type HookWhen = (typeof HookWhen)[keyof typeof HookWhen];

/** `error`: it could not be asked, or gave no answer. Neither it nor `inconclusive` is ever good. */
export const HookOutcome = {
  Good: "good",
  Bad: "bad",
  Inconclusive: "inconclusive",
  Error: "error",
} as const;
export type HookOutcome = (typeof HookOutcome)[keyof typeof HookOutcome];

const everyHook = {
  name: z.string(),
  when: z.enum(HookWhen),
  /** Wall milliseconds for an answer. */
  timeoutMs: z.int().min(1),
};

export const hookSchema = z.discriminatedUnion("kind", [
  z.object({
    ...everyHook,
    kind: z.literal("http"),
    /** With the placeholders of `fill`, as the values of the headers. */
    url: z.string(),
    method: z.string(),
    headers: z.record(z.string(), z.string()),
    expectStatus: z.int(),
  }),
  z.object({
    ...everyHook,
    kind: z.literal("function"),
    /** Name or ARN of a Lambda function. */
    function: z.string(),
  }),
  z.object({
    ...everyHook,
    kind: z.literal("command"),
    /** A line for `sh -c`, run only where somebody gave the same line. */
    command: z.string(),
  }),
]);
export type Hook = z.infer<typeof hookSchema>;
export type HookKind = Hook["kind"];

export const hookRunSchema = z.object({
  name: z.string(),
  /** Index of the step in which it was asked. */
  step: z.int().min(0),
  outcome: z.enum(HookOutcome),
  why: z.string(),
  /** The environment's clock. */
  at: z.iso.datetime(),
  /** How often it was asked in this step; the answer is the last one's. */
  tries: z.int().min(1),
});
export type HookRun = z.infer<typeof hookRunSchema>;

export const hooksSchema = z.object({
  /** In this order. */
  named: z.array(hookSchema),
  /** Where the environment answers, as whoever began the rollout saw it. */
  places: z.object({
    url: z.string(),
    /** Where a slot answers whatever its weight; empty when testers have no routes. */
    testUrl: z.string(),
    /** The name of the header that says which. */
    testHeader: z.string(),
  }),
  runs: z.array(hookRunSchema),
  /** Somebody asks one of them right now. */
  claim: z
    .object({
      name: z.string(),
      step: z.int().min(0),
      /** The record's version that this claim was written as: no two claims share one. */
      id: z.int(),
      /** Wall time; whoever asks and has not answered by then has died. */
      until: z.iso.datetime(),
    })
    .nullable(),
});
export type Hooks = z.infer<typeof hooksSchema>;

export type Places = Hooks["places"];

export const NO_HOOKS: Hooks = {
  named: [],
  places: { url: "", testUrl: "", testHeader: "" },
  runs: [],
  claim: null,
};

/** What a hook is told. */
export interface HookContext extends Places {
  readonly hook: string;
  readonly when: HookWhen;
  readonly environment: string;
  /** The candidate's. */
  readonly slot: string;
  /** The candidate's; empty when nobody knows it. */
  readonly release: string;
  readonly step: number;
  /** Percent of the traffic that the candidate has. */
  readonly weight: number;
}

export interface HookAnswer {
  readonly outcome: HookOutcome;
  readonly why: string;
}

/** Whoever ticks runs what it can: the guard's function no commands. */
export interface HookRunner {
  readonly runs: (hook: Hook) => boolean;
  /**
   * Asks once, and ends within `timeoutMs`. Errors count as the outcome `error`.
   *
   * @param stillWanted keeps the claim; false once the rollout went on, or home, without the answer
   */
  readonly run: (
    hook: Hook,
    context: HookContext,
    stillWanted: () => Promise<boolean>,
  ) => Promise<HookAnswer>;
}

/** What the placeholders of URLs and headers stand for. */
export const PLACEHOLDERS = ["url", "testUrl", "slot", "release", "environment"] as const;
const PLACEHOLDER = /\$\{([^}]*)\}/g;

/** Names in `${…}` that stand for nothing. */
export function unknownPlaceholders(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)]
    .map(([, name = ""]) => name)
    .filter((name) => !PLACEHOLDERS.some((known) => known === name));
}

/** `${url}/health` with what the placeholders stand for; `encode` is not for URLs themselves. */
export function fill(
  text: string,
  context: Pick<HookContext, (typeof PLACEHOLDERS)[number]>,
  encode: (value: string) => string = (value) => value,
): string {
  return text.replace(PLACEHOLDER, (whole, name: string) => {
    const known = PLACEHOLDERS.find((placeholder) => placeholder === name);
    if (!known) return whole;
    const isUrl = known === "url" || known === "testUrl";
    return isUrl ? context[known] : encode(context[known]);
  });
}
