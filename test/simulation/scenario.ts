/** What a seed chooses: the environment, the drill, and everything that goes wrong in it. Pure. */
import { listFaults } from "../../drills/faults/registry.ts";
import type { Weights } from "../../guard/slot.ts";
import { type Random, seededRandom } from "../judge/random.ts";
import type { Death, WireSettings } from "./wire.ts";

/** From when (milliseconds after the start) and for how long. */
export interface Span {
  readonly fromMs: number;
  readonly forMs: number;
}

export interface Scenario {
  readonly seed: number;
  readonly drill: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Of the fault's lease; null for the default, which outlasts the hold. */
  readonly ttlMs: number | null;
  /** Into its minute. */
  readonly startPhaseMs: number;
  readonly pollMs: number;
  readonly loadPerSecond: number;
  readonly usersPerSecond: number;
  /** From the end of a minute until alarms see what it brought. */
  readonly metricDelayMs: number;
  /** Into each minute: when alarms are evaluated, and when the guard is called by its schedule. */
  readonly evaluationPhaseMs: number;
  readonly schedulePhaseMs: number;
  readonly fastSignals: boolean;
  readonly sentinel: boolean;
  readonly wire: WireSettings;
  readonly troubles: Troubles;
}

export interface Troubles {
  readonly actionsDisabled: boolean;
  readonly permissionGone: boolean;
  /** The guard's function may not run. */
  readonly throttled: Span | null;
  readonly storeDown: Span | null;
  /** Nothing answers that tells or moves the weights. */
  readonly balancerDown: Span | null;
  readonly stableUnhealthy: Span | null;
  /** The release in the candidate's slot is bad by itself from then on. */
  readonly sickFromMs: number | null;
  /** The errors stop so long after the fault began, though it stays. */
  readonly healsAfterMs: number | null;
  /** Somebody else writes the weights. */
  readonly stranger: { readonly atMs: number; readonly weights: Weights } | null;
  /** A rollout begins of its own. */
  readonly rolloutAtMs: number | null;
  /** Which call of the guard's function dies, and where. */
  readonly guardDies: readonly { readonly invocation: number; readonly death: Death }[];
  readonly runnerDies: Death | null;
  /** Somebody brings the traffic home by hand, and may die over it. */
  readonly operator: { readonly atMs: number; readonly death: Death | null } | null;
  readonly interruptedAtMs: number | null;
}

const GUARD_FAULTS = listFaults()
  .filter(({ fidelity }) => fidelity === "guard")
  .map(({ name }) => name);

type DrillChoice = (random: Random) => Pick<Scenario, "drill" | "parameters">;

const DRILLS: readonly DrillChoice[] = [
  (random) => ({ drill: "bad-release-errors", parameters: { share: round(0.1 + 0.9 * random()) } }),
  (random) => ({ drill: "bad-release-errors", parameters: { share: round(0.2 + 0.3 * random()) } }),
  (random) => ({
    drill: "bad-release-latency",
    parameters: {
      addedMs: 1_200 + Math.floor(3_000 * random()),
      share: round(0.1 + 0.9 * random()),
    },
  }),
  () => ({ drill: "bad-release-crash", parameters: {} }),
  () => ({ drill: "bad-release-readiness", parameters: {} }),
  () => ({ drill: "black-hole", parameters: {} }),
  () => ({ drill: "fail-health-checks", parameters: {} }),
  () => ({ drill: "alarm-state", parameters: {} }),
];

/** From here on every seed drills a fault of the guard, and an operator may come in between. */
export const FIRST_GUARD_FAULT_SEED = 2_000_000;

/** The same for the same seed, whatever else is drawn in the simulation. */
export function scenarioOf(seed: number): Scenario {
  return seed < FIRST_GUARD_FAULT_SEED ? plainScenario(seed) : guardFaultScenario(seed);
}

function guardFaultScenario(seed: number): Scenario {
  const plain = plainScenario(seed - FIRST_GUARD_FAULT_SEED);
  const random = seededRandom(seed);
  const drill = GUARD_FAULTS[Math.floor(random() * GUARD_FAULTS.length)];
  if (drill === undefined) throw new Error("there are faults of the guard");
  const comes = random() < 0.2;
  const atMs = 60_000 + Math.floor(random() * 240_000);
  const death = random() < 0.7 ? deathOfOperator(random) : null;
  const operator = comes ? { atMs, death } : null;
  return { ...plain, seed, drill, parameters: {}, troubles: { ...plain.troubles, operator } };
}

/** Among its reads of record and targets, its write of the weights, and its record. */
function deathOfOperator(random: Random): Death {
  return { atCall: 1 + Math.floor(random() * 7), takesEffect: random() < 0.5 };
}

function plainScenario(seed: number): Scenario {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const among = <T>(...choices: readonly [T, ...T[]]): T =>
    choices[below(choices.length)] ?? choices[0];
  const maybe = (probability: number): boolean => random() < probability;
  const choose = DRILLS[below(DRILLS.length)];
  if (!choose) throw new Error("there are drills");
  const calm = maybe(0.25);
  return {
    seed,
    ...choose(random),
    ttlMs: maybe(0.1) ? 20_000 + below(200_000) : null,
    startPhaseMs: below(60_000),
    pollMs: among(1_000, 2_000, 5_000),
    loadPerSecond: 3 + below(25),
    usersPerSecond: among(0, 0, below(30)),
    metricDelayMs: among(5_000, 10_000, 30_000),
    evaluationPhaseMs: among(0, below(60_000)),
    schedulePhaseMs: below(60_000),
    fastSignals: maybe(0.3),
    sentinel: maybe(0.3),
    wire: {
      leastMs: 2,
      mostMs: among(20, 100, 900),
      failing: calm || maybe(0.5) ? 0 : among(0.005, 0.02, 0.06, 0.15),
    },
    troubles: calm ? NO_TROUBLES : troublesOf(random),
  };
}

export const NO_TROUBLES: Troubles = {
  actionsDisabled: false,
  permissionGone: false,
  throttled: null,
  storeDown: null,
  balancerDown: null,
  stableUnhealthy: null,
  sickFromMs: null,
  healsAfterMs: null,
  stranger: null,
  rolloutAtMs: null,
  guardDies: [],
  runnerDies: null,
  operator: null,
  interruptedAtMs: null,
};

function troublesOf(random: Random): Troubles {
  const below = (limit: number): number => Math.floor(random() * limit);
  const span = (): Span => ({ fromMs: below(240_000), forMs: 5_000 + below(235_000) });
  const kinds: readonly (() => Partial<Troubles>)[] = [
    () => ({ actionsDisabled: true }),
    () => ({ permissionGone: true }),
    () => ({ throttled: { fromMs: below(180_000), forMs: 60_000 * (1 + below(5)) } }),
    () => ({ storeDown: span() }),
    () => ({ balancerDown: { ...span(), forMs: 1_000 + below(60_000) } }),
    () => ({ stableUnhealthy: span() }),
    () => ({ sickFromMs: below(240_000) }),
    () => ({ healsAfterMs: below(150_000) }),
    () => ({
      stranger: { atMs: below(300_000), weights: { blue: below(101), green: below(101) } },
    }),
    () => ({ rolloutAtMs: below(120_000) }),
    () => ({ guardDies: Array.from({ length: 1 + below(3) }, () => deathOfGuard(random)) }),
    () => ({ runnerDies: deathOfRunner(random) }),
    () => ({ runnerDies: deathOfRunner(random) }),
    () => ({ interruptedAtMs: below(300_000) }),
  ];
  const chosen = Array.from({ length: 1 + below(3) }, () => kinds[below(kinds.length)]?.() ?? {});
  return Object.assign({}, NO_TROUBLES, ...chosen) as Troubles;
}

function deathOfGuard(random: Random): Troubles["guardDies"][number] {
  const amongWrites = random() < 0.6;
  const atCall = 1 + Math.floor(random() * (amongWrites ? 5 : 20));
  const death = { atCall, takesEffect: random() < 0.5, amongWrites };
  return { invocation: 1 + Math.floor(random() * 12), death };
}

function deathOfRunner(random: Random): Death {
  const amongWrites = random() < 0.7;
  const atCall = 1 + Math.floor(random() * (amongWrites ? 40 : 700));
  return { atCall, takesEffect: random() < 0.5, amongWrites };
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}
