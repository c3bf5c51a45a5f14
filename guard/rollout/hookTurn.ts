/**
 * One hook asked once: claimed in the record, run, answered in the record. Two ticks do not run the
 * same one at once; whoever dies half way is followed by the next when its claim has ended, so a hook
 * runs at least once and must bear to be repeated.
 */
import { messageOf } from "../../base/errors.ts";
import type { EnvironmentRecord } from "../record.ts";
import type { RecordStore } from "../recordStore.ts";
import { type HookAnswer, HookOutcome, type HookRunner, type Hook } from "./hooks.ts";
import { whenOf } from "./hooksDue.ts";
import { type Claim, claimKept, holdsClaim, hookAnswered, hookClaimed } from "./hookState.ts";
import { currentStep } from "./rollout.ts";

export interface HookPorts {
  readonly store: RecordStore;
  /** Who runs them; none: they wait for somebody else's tick. */
  readonly hooks?: HookRunner;
  /** Wall time, milliseconds since the epoch. */
  readonly now: () => number;
  readonly environmentNow: () => number;
  readonly log: (line: string) => void;
}

/** Wall milliseconds. A claim outlives its call by this; a command's claim is kept while it runs. */
const GRACE_MS = 10_000;
const KEPT_FOR_MS = 15_000;
/** Against ticks, pauses and reversions that write the record meanwhile. */
const ATTEMPTS = 5;

/**
 * Asks the first of the hooks that can be asked here.
 *
 * @param record as it was read when they were found due: whatever was written since wins
 * @returns whether one was asked; false when nobody here can, or somebody else was quicker
 */
export async function takeHookTurn(
  due: readonly string[],
  record: EnvironmentRecord,
  ports: HookPorts,
): Promise<boolean> {
  const { store, hooks, now } = ports;
  const { rollout, candidate, environment } = record;
  const hook = rollout?.hooks.named.find((one) => due.includes(one.name) && hooks?.runs(one));
  if (!rollout || !candidate || !hook || !hooks) return false;
  const { name } = hook;
  const claimed = await store.replace(
    record,
    hookClaimed(record, name, iso(now() + claimMs(hook))),
  );
  const claim = claimed?.rollout?.hooks.claim;
  if (!claim) return false;
  const context = {
    hook: name,
    when: whenOf(rollout),
    environment,
    slot: candidate,
    release: rollout.release ?? "",
    ...rollout.hooks.places,
    step: rollout.step,
    weight: currentStep(rollout).weight,
  };
  const answer = await hooks
    .run(hook, context, () => keep(claim, ports))
    .catch((error: unknown) => ({ outcome: HookOutcome.Error, why: messageOf(error) }));
  ports.log(JSON.stringify({ hook: name, ...answer }));
  await answered(claim, answer, ports);
  return true;
}

function claimMs({ kind, timeoutMs }: Hook): number {
  return kind === "command" ? KEPT_FOR_MS : timeoutMs + GRACE_MS;
}

/** The answer counts only under its claim: another rollout, or whoever came after, has its own. */
async function answered(claim: Claim, answer: HookAnswer, ports: HookPorts): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const current = await ports.store.read();
    if (!holdsClaim(current, claim)) return;
    const at = iso(ports.environmentNow());
    if (await ports.store.replace(current, hookAnswered(current, claim, answer, at))) return;
  }
  ports.log(`the answer of hook ${claim.name} was not recorded: the record changed all the time`);
}

async function keep(claim: Claim, { store, now }: HookPorts): Promise<boolean> {
  const current = await store.read();
  if (!holdsClaim(current, claim)) return false;
  const until = Date.parse(current.rollout?.hooks.claim?.until ?? "");
  if (until - now() < KEPT_FOR_MS / 2) {
    // Lost to another writer, it is kept at the next look.
    await store.replace(current, claimKept(current, iso(now() + KEPT_FOR_MS)));
  }
  return true;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
