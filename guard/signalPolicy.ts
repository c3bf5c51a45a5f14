/**
 * What each signal may do when its alarm goes off: revert alone, vote, or only be told to people.
 * The environment's guard alarm is compiled from it; the guard explains its verdicts by it.
 */
import type { Problem } from "../base/errors.ts";
import { ALL_SIGNALS, type AnySignal } from "./signals.ts";

/**
 * `immediate`: it alone reverts. `vote`: it reverts together with others whose votes add up.
 * `investigate`: people are told, and nothing moves.
 */
export const Role = { Immediate: "immediate", Vote: "vote", Investigate: "investigate" } as const;
export type Role = (typeof Role)[keyof typeof Role];

export interface SignalRole {
  readonly role: Role;
  /** Its impact, 1 to 100; null unless it votes. */
  readonly votes: number | null;
}

export interface SignalPolicy {
  readonly roles: Readonly<Record<AnySignal, SignalRole>>;
  /** Votes that must come together; null when no signal votes. */
  readonly votesNeeded: number | null;
}

const IMMEDIATE: SignalRole = { role: Role.Immediate, votes: null };

/** Every signal reverts alone: nothing bad is waited out, and one false alarm is one false reversion. */
export const DEFAULT_POLICY: SignalPolicy = {
  roles: {
    errors: IMMEDIATE,
    unhealthy: IMMEDIATE,
    latency: IMMEDIATE,
    latencyRatio: IMMEDIATE,
    fastErrors: IMMEDIATE,
    fastLatency: IMMEDIATE,
  },
  votesNeeded: null,
};

/** More than this many votes say nothing that fewer could not: they are only weighed together. */
const MOST_VOTES = 100;

/**
 * As text, in the characters that AWS allows in a tag's value:
 * `errors=immediate latency=vote:2 latencyRatio=vote fastErrors=investigate votesNeeded=2`. A signal
 * that is not named is immediate; a vote without a number is one vote.
 *
 * @returns the policy, and what of the text cannot be read (fields are `policy.SIGNAL`)
 */
export function parsePolicy(text: string): {
  readonly policy: SignalPolicy;
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const roles: Record<AnySignal, SignalRole> = { ...DEFAULT_POLICY.roles };
  let votesNeeded: number | null = null;
  const seen = new Set<string>();
  for (const word of text.split(/\s+/).filter((one) => one !== "")) {
    const [name = "", ...rest] = word.split("=");
    const value = rest.join("=");
    const field = `policy.${name}`;
    if (seen.has(name)) {
      problems.push({ field, value, allowed: "one entry for each signal", fix: "leave one out" });
    }
    seen.add(name);
    const signal = ALL_SIGNALS.find((one) => one === name);
    if (name === "votesNeeded") {
      votesNeeded = votesIn(value, Number.MAX_SAFE_INTEGER) ?? null;
      if (votesNeeded === null) problems.push({ field, value, allowed: "a whole number from 1" });
    } else if (signal === undefined) {
      problems.push({
        field,
        value,
        allowed: `votesNeeded, or a signal: ${ALL_SIGNALS.join(", ")}`,
      });
    } else {
      const role = parseRole(value);
      if (role) roles[signal] = role;
      else {
        const allowed = `immediate, investigate, vote, or vote:N with N from 1 to ${MOST_VOTES}`;
        problems.push({ field, value, allowed });
      }
    }
  }
  return { policy: { roles, votesNeeded }, problems };
}

function parseRole(text: string): SignalRole | undefined {
  if (text === "immediate") return IMMEDIATE;
  if (text === "investigate") return { role: Role.Investigate, votes: null };
  if (text === "vote") return { role: Role.Vote, votes: 1 };
  const votes = text.startsWith("vote:")
    ? votesIn(text.slice("vote:".length), MOST_VOTES)
    : undefined;
  return votes === undefined ? undefined : { role: Role.Vote, votes };
}

function votesIn(text: string, most: number): number | undefined {
  const votes = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  return votes >= 1 && votes <= most ? votes : undefined;
}

/** The shortest text that `parsePolicy` reads as this policy; empty for the default. */
export function renderPolicy({ roles, votesNeeded }: SignalPolicy): string {
  const words = ALL_SIGNALS.flatMap((signal) => {
    const { role, votes } = roles[signal];
    if (role === Role.Immediate) return [];
    return [`${signal}=${role}${votes === null ? "" : `:${votes}`}`];
  });
  return [...words, ...(votesNeeded === null ? [] : [`votesNeeded=${votesNeeded}`])].join(" ");
}

/** A tag, or a variable, as `renderPolicy` wrote it; the default for another text, or none. */
export function policyOfTag(tag: string | undefined): SignalPolicy {
  const { policy, problems } = parsePolicy(tag ?? "");
  return problems.length === 0 ? policy : DEFAULT_POLICY;
}

/** What a policy makes of the signals that are in ALARM. */
export interface Tally {
  /** Those that revert alone. */
  readonly immediate: readonly AnySignal[];
  readonly voting: readonly AnySignal[];
  readonly investigated: readonly AnySignal[];
  readonly votes: number;
  readonly reverts: boolean;
}

export function tally(policy: SignalPolicy, inAlarm: readonly AnySignal[]): Tally {
  const having = (role: Role): AnySignal[] =>
    inAlarm.filter((signal) => policy.roles[signal].role === role);
  const immediate = having(Role.Immediate);
  const voting = having(Role.Vote);
  const votes = voting.reduce((sum, signal) => sum + (policy.roles[signal].votes ?? 0), 0);
  const enough = policy.votesNeeded !== null && votes >= policy.votesNeeded;
  const reverts = immediate.length > 0 || enough;
  return { immediate, voting, investigated: having(Role.Investigate), votes, reverts };
}

/** Whether a signal's alarm reverts with no other one beside it. */
export function revertsAlone(policy: SignalPolicy, signal: AnySignal): boolean {
  return tally(policy, [signal]).reverts;
}

/** `has 1 of the 2 votes needed`: what a signal may do, in words that follow its name. */
export function roleWords({ role, votes }: SignalRole, votesNeeded: number | null): string {
  if (role === Role.Immediate) return "reverts alone";
  if (role === Role.Investigate) return "is only investigated";
  return `has ${votes} of the ${votesNeeded} votes needed`;
}
