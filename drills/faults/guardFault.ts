/**
 * What faults of the guard have in common: one link of the way home is broken first, and then the
 * candidate's release, so that a reversion is owed and another way must bring it.
 */
import { z } from "zod";
import type { ReversionPath } from "../../guard/reversion.ts";
import type { PlannedStep } from "../steps/step.ts";
import type { BrokenLink } from "../verdict/record.ts";
import { errorRateBreachSeconds } from "./badReleaseErrors.ts";
import type { FaultDefinition } from "./fault.ts";

const parameters = z.strictObject({
  share: z
    .number()
    .gt(0)
    .max(1)
    .default(0.5)
    .describe("fraction of the candidate's requests that fail meanwhile, above 0 up to 1"),
});
type GuardFaultParameters = z.infer<typeof parameters>;

/** Every way home that is no hook of a rollout. */
export const WAYS_HOME = ["primary", "sentinel", "reconcile", "watchdog"] as const;

interface GuardFault {
  readonly name: string;
  readonly summary: string;
  /** The link of the primary way home that it breaks; null: it breaks none. */
  readonly breaksLink: BrokenLink | null;
  /** Ways home that the broken link leaves open, where the environment has them. */
  readonly homeBy: readonly ReversionPath[];
  readonly step: () => PlannedStep;
  /** @default false: nothing but its undo ends it */
  readonly expiresItself?: boolean;
}

/** Half of the requests fail: the watchdog's probes see less only with luck (see watchdog/judge.ts). */
export function guardFault(fault: GuardFault): FaultDefinition<GuardFaultParameters> {
  const { name, summary, breaksLink, homeBy, step, expiresItself = false } = fault;
  return {
    name,
    summary,
    fidelity: "guard",
    targets: ["lab", "aws"],
    parameters,
    breaks: "errors",
    mayBreak: [],
    expiresItself,
    breaksLink,
    homeBy,
    effect: ({ share }) => ({ kind: "errors", share, status: 500 }),
    steps: () => [step()],
    reach: ({ share }) => ({ share, tasks: "all" }),
    timeToBreachSeconds: ({ share }, alarm) => errorRateBreachSeconds(share, alarm),
  };
}
