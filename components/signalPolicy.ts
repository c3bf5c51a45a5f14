/**
 * A policy over several alarms as the rule of one composite alarm. Pure: what CloudWatch evaluates
 * is this text, so that no code of ours stands between the alarms and the verdict.
 */
import type { Problem } from "../base/errors.ts";
import {
  DEFAULT_POLICY,
  parsePolicy,
  renderPolicy,
  revertsAlone,
  Role,
  roleWords,
  type SignalPolicy,
  type SignalRole,
} from "../guard/signalPolicy.ts";
import { ALL_SIGNALS, type AnySignal, FAST_SIGNALS, SIGNALS } from "../guard/signals.ts";

/** What one signal may do; `vote:2` has twice the impact of `vote`. */
export type SignalRoleArg = "immediate" | "investigate" | "vote" | `vote:${number}`;

export interface SignalPolicyArgs extends Readonly<Partial<Record<AnySignal, SignalRoleArg>>> {
  /**
   * Votes that must come together to revert. Fewer hold a rollout at the end of its step until a
   * person decides, or `rollout.decideWithin` ends and `rollout.onDeadline` is done.
   */
  readonly votesNeeded?: number;
}

/** @returns the policy, and everything that is wrong with it (fields are `policy.SIGNAL`) */
export function readPolicy(
  args: SignalPolicyArgs | string | undefined,
  { fastSignals }: { readonly fastSignals: boolean },
): { readonly policy: SignalPolicy; readonly problems: readonly Problem[] } {
  if (args === undefined) return { policy: DEFAULT_POLICY, problems: [] };
  const text = typeof args === "string" ? args : renderArgs(args);
  const { policy, problems } = parsePolicy(text);
  const existing = signalsWith(fastSignals);
  const absent = FAST_SIGNALS.filter((one) => !existing.includes(one) && namedIn(text, one));
  const named = absent.map((signal) => ({
    field: `policy.${signal}`,
    value: policy.roles[signal].role,
    allowed: "nothing without fast signals",
    fix: "set guard.fastSignals, or leave it out",
  }));
  // What could not be read obeys no rule.
  const unfit = problems.length > 0 ? [] : policyProblems(policy, existing);
  return { policy, problems: [...problems, ...named, ...unfit] };
}

function renderArgs(args: SignalPolicyArgs): string {
  return Object.entries(args)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

function namedIn(text: string, signal: AnySignal): boolean {
  return text.split(/\s+/).some((word) => word.startsWith(`${signal}=`));
}

/** The signals that an environment has. */
export function signalsWith(fastSignals: boolean): readonly AnySignal[] {
  return fastSignals ? ALL_SIGNALS : SIGNALS;
}

/** Of an alarm's name: an environment's name has at most 26 characters. */
const LONGEST_PREFIX = `${"x".repeat(26)}-green-`;

function problem(field: string, value: unknown, allowed: string, fix: string): Problem[] {
  return [{ field, value, allowed, fix }];
}

/** Policies that never revert, or whose votes cannot come together. */
function policyProblems(policy: SignalPolicy, signals: readonly AnySignal[]): Problem[] {
  const { roles, votesNeeded } = policy;
  const of = (role: Role): AnySignal[] => signals.filter((signal) => roles[signal].role === role);
  const voting = of(Role.Vote);
  if (voting.length === 0) {
    if (votesNeeded !== null) {
      const fix = "let signals vote, or leave it out";
      return problem("policy.votesNeeded", votesNeeded, "nothing while no signal votes", fix);
    }
    if (of(Role.Immediate).length > 0) return [];
    const fix = "make one immediate, or let some vote: this environment would never revert";
    return problem("policy", "investigate for every signal", "a signal that can revert", fix);
  }
  const sum = voting.reduce((votes, signal) => votes + (roles[signal].votes ?? 0), 0);
  if (votesNeeded === null || votesNeeded > sum) {
    const allowed = `a whole number from 1 to ${sum}, all the votes of ${voting.join(", ")}`;
    const fix = "with fewer votes than it needs no vote ever reverts";
    return problem("policy.votesNeeded", votesNeeded ?? "(not set)", allowed, fix);
  }
  const trouble = ruleTrouble(
    guardRule(policy, signals, (signal) => `${LONGEST_PREFIX}${signal}-`),
  );
  if (trouble !== undefined) {
    const fix = `${trouble}: give equal votes, or let fewer signals vote`;
    return problem("policy", renderPolicy(policy), "a rule that CloudWatch takes", fix);
  }
  return [];
}

/** One alarm with what it may do. */
export interface Voter<Name extends string = string> extends SignalRole {
  readonly name: Name;
}

function voters<Name extends string>(
  { roles }: SignalPolicy,
  signals: readonly AnySignal[],
  nameOf: (signal: AnySignal) => Name,
): Voter<Name>[] {
  return signals.map((signal) => {
    const { role, votes } = roles[signal];
    return { name: nameOf(signal), role, votes };
  });
}

/**
 * The smallest sets of votes that are enough: none of them stays enough when any member is taken
 * out. In the order of their members.
 */
export function minimalSets<Name extends string>(
  all: readonly Voter<Name>[],
  votesNeeded: number,
): Name[][] {
  // Heaviest first: a set that is enough with its last member, its lightest, was not without it.
  const voting = all
    .filter(({ role }) => role === Role.Vote)
    .toSorted((a, b) => (b.votes ?? 0) - (a.votes ?? 0));
  const found: Voter<Name>[][] = [];
  const extend = (chosen: readonly Voter<Name>[], votes: number, from: number): void => {
    for (const [index, next] of voting.entries()) {
      if (index < from) continue;
      const sum = votes + (next.votes ?? 0);
      if (sum >= votesNeeded) found.push([...chosen, next]);
      else extend([...chosen, next], sum, index + 1);
    }
  };
  extend([], 0, 0);
  const order = (name: Name): number => all.findIndex((one) => one.name === name);
  return found.map((set) => set.map(({ name }) => name).toSorted((a, b) => order(a) - order(b)));
}

/**
 * ALARM of any immediate alarm, or enough votes. Only ALARM counts: INSUFFICIENT_DATA votes for
 * nothing (what silence means is each alarm's own `treatMissingData`).
 *
 * Equal votes use AT_LEAST (CloudWatch user guide, "Composite alarms", "Rule expressions"), others an
 * OR of their smallest sets.
 */
export function compileRule(all: readonly Voter[], votesNeeded: number | null): string {
  const terms = all.filter(({ role }) => role === Role.Immediate).map(({ name }) => inAlarm(name));
  const voting = all.filter(({ role }) => role === Role.Vote);
  if (votesNeeded === null || voting.length === 0) return terms.join(" OR ");
  const [weight, ...others] = new Set(voting.map(({ votes }) => votes));
  const count = Math.ceil(votesNeeded / (weight ?? 1));
  if (others.length === 0 && count > 1) {
    const names = voting.map(({ name }) => `"${name}"`).join(", ");
    return [...terms, `AT_LEAST(${count}, ALARM, (${names}))`].join(" OR ");
  }
  const sets = minimalSets(all, votesNeeded).map((set) => set.map(inAlarm).join(" AND "));
  // AWS does not state whether AND binds more tightly than OR.
  return [...terms, ...sets.map((set) => (set.includes(" AND ") ? `(${set})` : set))].join(" OR ");
}

function inAlarm(name: string): string {
  return `ALARM("${name}")`;
}

/** CloudWatch API reference, PutCompositeAlarm (AlarmRule), and "Composite alarms" of its user guide. */
const RULE_LIMITS = { characters: 10_240, elements: 500, alarms: 100 };

/** Why CloudWatch would not take a rule; undefined when it would. */
export function ruleTrouble(rule: string): string | undefined {
  const names = [...rule.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
  // "Elements are child alarms, TRUE or FALSE statements, and parentheses": each pair counted once.
  const elements = names.length + rule.split("(").length - 1;
  const has = [
    [rule.length, RULE_LIMITS.characters, "characters"],
    [elements, RULE_LIMITS.elements, "elements"],
    [new Set(names).size, RULE_LIMITS.alarms, "alarms"],
  ] as const;
  const over = has.filter(([count, most]) => count > most);
  if (over.length === 0) return undefined;
  const parts = over.map(([count, most, what]) => `${count} ${what}, CloudWatch takes ${most}`);
  return `its alarm rule has ${parts.join("; ")}`;
}

/** The rule of a slot's guard alarm. @param nameOf of a signal's alarm */
export function guardRule(
  policy: SignalPolicy,
  signals: readonly AnySignal[],
  nameOf: (signal: AnySignal) => string,
): string {
  const all = voters(policy, signals, nameOf);
  return compileRule(all, policy.votesNeeded);
}

/** The signals that drills are sure to trip: each drill one of them, never two. */
const DRILLED: ReadonlySet<AnySignal> = new Set(["errors", "unhealthy", "latency"]);

/** What people should know of a policy before they rely on it, as sentences for the preview. */
export function policyNotes(policy: SignalPolicy, signals: readonly AnySignal[]): string[] {
  const { roles, votesNeeded } = policy;
  const voting = signals.filter((signal) => roles[signal].role === Role.Vote);
  const decisive = new Set(
    minimalSets(
      voters(policy, signals, (signal) => signal),
      votesNeeded ?? 0,
    ).flat(),
  );
  const idle = voting
    .filter((signal) => !decisive.has(signal))
    .map(
      (signal) =>
        `the vote of ${signal} never decides: with it or without it the others have the ` +
        `${votesNeeded} votes or not; it only holds rollouts for a person`,
    );
  return [...idle, ...unrehearsed(policy, signals)];
}

function unrehearsed(policy: SignalPolicy, signals: readonly AnySignal[]): string[] {
  return signals
    .filter((signal) => {
      const isDrilled = DRILLED.has(signal);
      if (isDrilled && revertsAlone(policy, signal)) return false;
      return isDrilled || policy.roles[signal].role === Role.Vote;
    })
    .map((signal) => {
      const why = DRILLED.has(signal)
        ? "a drill breaks one signal at a time"
        : "no drill is sure to trip it";
      return `no drill can rehearse ${signal}, which ${roleWords(policy.roles[signal], policy.votesNeeded)}: ${why}`;
    });
}
