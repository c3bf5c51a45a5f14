/** What a hook does to the environment's record: claimed, answered, asked again. Pure transitions. */
import type { EnvironmentRecord } from "../record.ts";
import { HookOutcome, type HookAnswer, type Hooks } from "./hooks.ts";
import { OnBad, type Rollout } from "./rollout.ts";

export type Claim = NonNullable<Hooks["claim"]>;

/** The record's size is limited: long answers are cut. */
const MOST_WHY = 300;

/** @param until wall time */
export function hookClaimed(
  record: EnvironmentRecord,
  name: string,
  until: string,
): EnvironmentRecord {
  return withHooks(record, ({ hooks, step }) => ({
    ...hooks,
    claim: { name, step, id: record.version + 1, until },
  }));
}

export function claimKept(record: EnvironmentRecord, until: string): EnvironmentRecord {
  return withHooks(record, ({ hooks }) => ({
    ...hooks,
    claim: hooks.claim && { ...hooks.claim, until },
  }));
}

export function holdsClaim({ rollout }: EnvironmentRecord, claim: Claim): boolean {
  return rollout?.hooks.claim?.id === claim.id;
}

/** @param at the environment's clock */
export function hookAnswered(
  record: EnvironmentRecord,
  { name, step }: Pick<Claim, "name" | "step">,
  { outcome, why }: HookAnswer,
  at: string,
): EnvironmentRecord {
  return withHooks(record, ({ hooks }) => {
    const isSame = (run: { name: string; step: number }): boolean =>
      run.name === name && run.step === step;
    const tries = (hooks.runs.find(isSame)?.tries ?? 0) + 1;
    const run = { name, step, outcome, why: why.slice(0, MOST_WHY), at, tries };
    return { ...hooks, runs: [...hooks.runs.filter((one) => !isSame(one)), run], claim: null };
  });
}

/**
 * A person goes on with a rollout that was held over a hook: what spoke against it is asked again.
 * One that is not to be held is on its way home, whatever the person says.
 */
export function hooksAskedAgain({ hooks, onBad }: Rollout): Hooks {
  if (onBad !== OnBad.Hold) return hooks;
  return { ...hooks, runs: hooks.runs.filter(({ outcome }) => outcome !== HookOutcome.Bad) };
}

function withHooks(
  record: EnvironmentRecord,
  change: (rollout: Rollout) => Hooks,
): EnvironmentRecord {
  const { rollout } = record;
  if (!rollout) throw new Error("there is no rollout whose hooks could be asked");
  return { ...record, rollout: { ...rollout, hooks: change(rollout) } };
}
