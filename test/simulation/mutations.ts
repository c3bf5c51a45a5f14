/** Changes to the code under simulation, each of which breaks one property. */
import { FIRST_GUARD_FAULT_SEED, type Scenario } from "./scenario.ts";

export interface Edit {
  /** From the project's root. */
  readonly file: string;
  /** Must be in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

export interface Mutation {
  /** What the code does then. */
  readonly without: string;
  /** The property that must be seen broken. */
  readonly breaks: string;
  readonly edits: readonly Edit[];
  /** Seeds whose scenario is another one need not be run. @default any */
  readonly among?: (scenario: Scenario) => boolean;
  /** Where to begin, for what is seldom seen. @default 1 */
  readonly firstSeed?: number;
}

const NEVER_LOOKS = {
  file: "drills/undo/undo.ts",
  from: "const found = await findResidue(run.ports, plan.candidate, leaseIds);",
  to: "const found: string[] = leaseIds.slice(1);",
};

export const MUTATIONS: readonly Mutation[] = [
  {
    without: "a drill undoes nothing, and sees what is left",
    breaks: "a calm drill passes",
    edits: [
      {
        file: "drills/undo/undo.ts",
        from: 'for (const undo of run.undos.filter((one) => one.of === "fault").toReversed()) {',
        to: "for (const undo of run.undos.slice(0, 0)) {",
      },
    ],
  },
  {
    without: "a drill forgets to undo the fault, and does not look",
    breaks: "zero residue",
    edits: [
      {
        file: "drills/undo/undo.ts",
        from: 'for (const undo of run.undos.filter((one) => one.of === "fault").toReversed()) {',
        to: "for (const undo of run.undos.slice(0, 0)) {",
      },
      NEVER_LOOKS,
    ],
  },
  {
    without: "a drill leaves the latch that it caused, and does not look",
    breaks: "zero residue",
    edits: [
      {
        file: "drills/undo/restore.ts",
        from: "await clearLatch({ store }, async (latched) => (await alarms.read(latched)).guard.state);",
        to: "",
      },
      NEVER_LOOKS,
    ],
  },
  {
    without: "a sweep leaves the traffic where it is",
    breaks: "zero residue",
    among: ({ troubles }) => troubles.runnerDies !== null,
    edits: [
      {
        file: "drills/undo/sweep.ts",
        from: "if (left.length > 0) {",
        to: "if (left.length > 99) {",
      },
    ],
  },
  {
    without: "the total leaves out a part",
    breaks: "parts sum",
    edits: [
      {
        file: "drills/verdict/durations.ts",
        from: "total: known ? detect + decide + revert + recover : null,",
        to: "total: known ? detect + decide + revert : null,",
      },
    ],
  },
  {
    without: "a reversion is credited though the fault had ended",
    breaks: "passed is earned",
    among: ({ ttlMs }) => ttlMs !== null,
    edits: [
      {
        file: "drills/verdict/verdict.ts",
        from: "if (!facts.faultOutlasted) return Recovery.FaultEnded;",
        to: "",
      },
    ],
  },
  {
    without: "the guard reverts onto a side without targets",
    breaks: "never onto an unhealthy side",
    among: ({ troubles }) => troubles.stableUnhealthy !== null,
    edits: [
      {
        file: "guard/decide.ts",
        from: "if (!alreadyHome && healthyTargets[other] === 0) {",
        to: "if (!alreadyHome && healthyTargets[other] < 0) {",
      },
    ],
  },
  {
    without: "a drill brings traffic home whether or not home has targets",
    breaks: "never onto an unhealthy side",
    among: ({ troubles }) => troubles.stableUnhealthy !== null,
    edits: [
      {
        file: "guard/authority.ts",
        from: "  await refuseUnhealthy(traffic, record.stable, record.environment);\n  const home =",
        to: "  const home =",
      },
    ],
  },
  {
    without: "the guard forgets the latch",
    breaks: "no traffic on a latched release",
    edits: [
      {
        file: "guard/handle.ts",
        from: ": latched(current, decision.from, decision.to, { id, reason, at }),",
        to: ": current,",
      },
    ],
  },
  {
    without: "traffic that strays onto a latched slot stays there",
    breaks: "no traffic on a latched release",
    among: ({ troubles }) => troubles.stranger !== null && troubles.runnerDies !== null,
    edits: [
      {
        file: "guard/rollout/decide.ts",
        from: "if (live.weights[slot] === 0 || healthyTargets[otherSlot(slot)] === 0) return null;",
        to: "if (live.weights[slot] >= 0 || healthyTargets[otherSlot(slot)] === 0) return null;",
      },
    ],
  },
  {
    without: "the guard without the record leaves the slot that the traffic was brought home to",
    breaks: "no traffic on a latched release",
    among: ({ troubles }) => troubles.storeDown !== null && troubles.stableUnhealthy !== null,
    firstSeed: 30_508,
    edits: [
      {
        file: "guard/decide.ts",
        from: 'if (record === "unreachable" && situation.broughtHome !== null) {',
        to: "if (!slot) {",
      },
    ],
  },
  {
    without: "an operator's homecoming is taken for a reversion",
    breaks: "passed is earned",
    among: ({ troubles }) => (troubles.operator?.death ?? null) !== null,
    firstSeed: FIRST_GUARD_FAULT_SEED,
    edits: [{ file: "guard/homecoming.ts", from: "hand: 998", to: "hand: 999" }],
  },
  {
    without: "the guard reverts again what is at home",
    breaks: "no double fire",
    edits: [
      {
        file: "guard/handle.ts",
        from: "return decision.alreadyHome\n",
        to: "return decision.alreadyHome && decision.to === decision.from\n",
      },
    ],
  },
];
