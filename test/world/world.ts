/**
 * One environment in one process under a clock moved by hand: the stack that the real program makes,
 * the guard's real handler, rollouts begun by the operator's real code, and the real sidecars, in a
 * lab without sockets. The same seed and the same moves give the same course.
 */
import { sleep } from "../../base/clock.ts";
import { connectGuard, type GuardClients } from "../../guard/connect.ts";
import { locateEnvironment } from "../../guard/environment.ts";
import { connectClients } from "../../guard/lambda.ts";
import { environmentNames } from "../../guard/names.ts";
import type { Reversion } from "../../guard/reversion.ts";
import { type StartPorts, startRollout } from "../../guard/rollout/start.ts";
import type { Step } from "../../guard/rollout/rollout.ts";
import { DEFAULT_SETTINGS } from "../../guard/rollout/settings.ts";
import { sameWeights, SLOTS, type Weights } from "../../guard/slot.ts";
import type { AppHandler } from "../../lab/inProcess/app.ts";
import { type InProcessLab, startInProcessLab } from "../../lab/inProcess/lab.ts";
import { METRIC_DELAY_MS } from "../../lab/lab.ts";
import { seededRandom, type Random } from "../judge/random.ts";
import { blueprintOf, build } from "./blueprint.ts";
import { Clients } from "./clients.ts";
import { guardFunction } from "./guardFunction.ts";
import { sidecarApp } from "./sidecar.ts";

/** What watches the candidate beside the load balancer's metrics; as `backout demo --signals`. */
export const SIGNAL_SETS = {
  alb: {},
  fast: { "backout:fastSignals": "true" },
  sentinel: { "backout:sentinel": "true" },
  all: { "backout:fastSignals": "true", "backout:sentinel": "true" },
} as const;
export type Signals = keyof typeof SIGNAL_SETS;
export const ALL_SIGNALS = ["alb", "fast", "sentinel", "all"] as const satisfies readonly Signals[];

export interface WorldOptions {
  readonly seed: number;
  readonly signals: Signals;
  /** Share of each slot's answers that fail anyway. @default 0 */
  readonly baseline?: number;
  /** More of the stack's config, by full key. */
  readonly config?: Readonly<Record<string, string>>;
  /** Whether sidecars follow leases in the fault table, a read a second each. @default false */
  readonly obeysLeases?: boolean;
}

export interface Fault {
  /** Nominal milliseconds since the epoch. */
  readonly fromMs: number;
  /** Share of the candidate's answers that fail. */
  readonly errors: number;
}

/** A change of the weights, and when it was seen. */
export interface Noted {
  /** Nominal milliseconds since the epoch. */
  readonly atMs: number;
  readonly weights: Weights;
}

const ENVIRONMENT = "checkout";
const NAMES = environmentNames(ENVIRONMENT);
/** A Saturday; every world begins within the minute after it. */
const EPOCH_MS = Date.parse("2026-03-14T09:00:00Z");
const MINUTE_MS = 60_000;

type WorldParts = Pick<World, "lab" | "clients" | "operator" | "aws" | "random">;

export class World {
  readonly lab: InProcessLab;
  readonly clients: Clients;
  /** What a person's command has: it may do everything. */
  readonly operator: StartPorts;
  readonly aws: GuardClients;
  /** For whoever drives this world: not what its own chances are drawn from. */
  readonly random: Random;
  /** What the guard did, oldest first; events that asked for nothing are left out. */
  readonly reversions: Reversion[] = [];
  /** Every change of the weights by the guard or the operator. */
  readonly notes: Noted[] = [];
  /** Called after each change of the weights. */
  onWeights: (weights: Weights) => void = () => {};
  /** What the candidate does wrong; null for nothing. */
  fault: Fault | null = null;

  constructor({ lab, clients, operator, aws, random }: WorldParts) {
    this.lab = lab;
    this.clients = clients;
    this.operator = operator;
    this.aws = aws;
    this.random = random;
  }

  /** Nominal milliseconds since the epoch. */
  get nowMs(): number {
    return this.lab.clock.now();
  }

  advance(nominalMs: number): Promise<number> {
    return this.lab.advance(nominalMs / 1000);
  }

  /** Moves on in steps until it holds; false when it does not within `mostMs`. */
  async until(
    holds: () => boolean | Promise<boolean>,
    mostMs: number,
    stepMs = 1_000,
  ): Promise<boolean> {
    const endMs = this.nowMs + mostMs;
    while (!(await holds())) {
      if (this.nowMs >= endMs) return false;
      await this.advance(stepMs);
    }
    return true;
  }

  /** Both slots healthy and their alarms silent. */
  async isReady(): Promise<boolean> {
    const { traffic, alarmStateOf } = this.operator;
    for (const slot of SLOTS) {
      if ((await traffic.healthyTargets(slot)) === 0) return false;
      if ((await alarmStateOf(slot)) !== "OK") return false;
    }
    return true;
  }

  /** @throws BackoutError `rollout-refused` */
  async startRollout(steps: readonly Step[]): Promise<void> {
    const request = { ...DEFAULT_SETTINGS, steps };
    await startRollout(request, this.operator);
    await this.lookAtWeights();
  }

  async lookAtWeights(): Promise<void> {
    const { weights } = await this.operator.traffic.read();
    const before = this.notes.at(-1)?.weights;
    if (before && sameWeights(before, weights)) return;
    this.notes.push({ atMs: this.nowMs, weights });
    this.onWeights(weights);
  }

  stop(): Promise<void> {
    this.clients.come(0);
    for (const client of Object.values(this.aws)) client.destroy();
    return this.lab.stop();
  }
}

/** The environment is provisioned and its clock stands still; nobody sends requests yet. */
export async function world(options: WorldOptions): Promise<World> {
  const { seed, signals, baseline = 0, obeysLeases = false } = options;
  const random = seededRandom(seed);
  /** Each user of chance has its own, so that one draw more of one changes no other's. */
  const chance = (): Random => seededRandom(Math.floor(random() * 2 ** 31));
  const blueprint = await blueprintOf({
    "backout:environment": ENVIRONMENT,
    "backout:blueRelease": "shop/stable:1",
    "backout:greenRelease": "shop/candidate:2",
    "backout:listenerPort": "8080",
    "backout:faultSidecarImage": "backout/fault-sidecar:1",
    ...SIGNAL_SETS[signals],
    ...options.config,
  });
  // Apps and functions are made before the lab, and run after it.
  let made: World | undefined;
  const lab: InProcessLab = await startInProcessLab({
    seed,
    startAtMs: EPOCH_MS + Math.floor(random() * MINUTE_MS),
    apps: {
      "shop/stable": release(chance(), () => baseline),
      "shop/candidate": release(chance(), () => {
        const fault = made?.fault;
        return fault && lab.clock.now() >= fault.fromMs ? fault.errors : baseline;
      }),
      "backout/fault-sidecar": sidecarApp({
        clock: () => lab.clock,
        random: chance(),
        log: unheard,
        obeysLeases,
      }),
    },
    functions: {
      [NAMES.guardFunction]: guardFunction({
        clock: () => lab.clock,
        onHandled: async (reversion) => {
          if (reversion) made?.reversions.push(reversion);
          await made?.lookAtWeights();
        },
      }),
    },
  });
  await build(blueprint, lab);
  const aws = connectClients(lab.clientConfig);
  const environment = await locateEnvironment(aws.elbv2, ENVIRONMENT);
  const now = (): number => lab.clock.now();
  const connected = connectGuard(
    aws,
    {
      environment: ENVIRONMENT,
      initialStable: environment.initialStable,
      listenerArn: environment.listenerArn,
      targetGroupArns: environment.targetGroupArns,
      topicArn: "",
    },
    now,
    unheard,
  );
  const operator: StartPorts = {
    ...connected,
    now,
    sleep: (nominalMs) => sleep(lab.clock, nominalMs),
    metricDelayMs: METRIC_DELAY_MS,
  };
  const clients = new Clients(lab, environment.listenerArn, chance());
  made = new World({ lab, clients, operator, aws, random: chance() });
  return made;
}

function unheard(): void {}

/** Answers in 10 to 50 ms; health checks are always answered well. */
function release(random: Random, failing: () => number): AppHandler {
  return ({ url }) => {
    const tookMs = 10 + Math.floor(random() * 40);
    const failed = url === "/cart" && random() < failing();
    return { status: failed ? 500 : 200, body: "", tookMs };
  };
}
