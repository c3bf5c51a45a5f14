/** A target group at work: registration, health checks, and the choice of a target. */
import type { Clock } from "../../base/clock.ts";
import { checkRepeatedly } from "./checker.ts";
import { eligibleTargets } from "./choose.ts";
import { afterCheck, NOT_IN_USE, NOT_REGISTERED, REGISTERING, type Health } from "./health.ts";
import { Algorithm, type GroupSettings, type TargetAddress } from "./model.ts";
import type { GroupHosts } from "./points.ts";
import { probe } from "./probe.ts";
import { Target } from "./target.ts";

export interface GroupContext {
  readonly clock: Clock;
  readonly random: () => number;
  readonly connectTimeoutMs: number;
}

export interface TargetHealthView extends TargetAddress {
  readonly health: Health;
}

export class Group {
  readonly #context: GroupContext;
  #settings: GroupSettings;
  #targets: Target[] = [];
  #eligible: readonly Target[] = [];
  #turn = 0;
  #inUse = false;

  constructor(settings: GroupSettings, context: GroupContext) {
    this.#settings = settings;
    this.#context = context;
  }

  get stickyId(): string {
    return this.#settings.dimension;
  }

  get settings(): GroupSettings {
    return this.#settings;
  }

  /** Whether a rule names this group; others are neither checked nor measured. */
  get inUse(): boolean {
    return this.#inUse;
  }

  update(settings: GroupSettings): void {
    this.#settings = settings;
    this.#refresh();
  }

  register(addresses: readonly TargetAddress[]): void {
    for (const address of addresses) {
      const known = this.#find(address);
      if (known && !known.draining) continue;
      if (known) this.#remove(known);
      const target = new Target(address, this.#inUse, this.#context.connectTimeoutMs);
      this.#targets.push(target);
      if (this.#inUse) this.#check(target);
    }
    this.#refresh();
  }

  /** Takes the targets out of service at once; unknown ones are left aside, as on AWS. */
  deregister(addresses: readonly TargetAddress[]): void {
    const { clock } = this.#context;
    for (const address of addresses) {
      const target = this.#find(address);
      if (!target || target.draining) continue;
      // An unused target has nothing to drain.
      if (!this.#inUse || this.#settings.deregistrationDelayMs === 0) {
        this.#remove(target);
        continue;
      }
      target.drain();
      target.cancelDrain = clock.schedule(clock.now() + this.#settings.deregistrationDelayMs, () =>
        this.#remove(target),
      );
    }
    this.#refresh();
  }

  /** A target for one request; undefined when none is registered. */
  pick(): Target | undefined {
    const eligible = this.#eligible;
    if (eligible.length < 2) return eligible[0];
    const { algorithm } = this.#settings;
    if (algorithm === Algorithm.LeastOutstandingRequests) {
      return eligible.reduce((a, b) => (b.outstanding < a.outstanding ? b : a));
    }
    // Without anomaly mitigation all weights of weighted_random are equal.
    const turn =
      algorithm === Algorithm.WeightedRandom
        ? Math.floor(this.#context.random() * eligible.length)
        : this.#turn++ % eligible.length;
    return eligible[turn];
  }

  /** Every registered or draining target, or just `wanted` (unknown ones as not registered). */
  health(wanted?: readonly TargetAddress[]): readonly TargetHealthView[] {
    const list: readonly TargetAddress[] = wanted ?? this.#targets;
    return list.map(({ id, port }) => ({
      id,
      port,
      health: this.#find({ id, port })?.health ?? NOT_REGISTERED,
    }));
  }

  /** Registered targets by health; draining and still unchecked ones count in neither. */
  hosts(): GroupHosts {
    const count = (state: Health["state"]): number =>
      this.#targets.filter((target) => target.health.state === state).length;
    return {
      dimension: this.#settings.dimension,
      registered: this.#targets.filter((target) => !target.draining).length,
      healthy: count("healthy"),
      unhealthy: count("unhealthy"),
    };
  }

  setInUse(inUse: boolean): void {
    if (this.#inUse === inUse) return;
    this.#inUse = inUse;
    for (const target of this.#targets.filter(({ draining }) => !draining)) {
      target.stopChecks();
      target.health = inUse ? REGISTERING : NOT_IN_USE;
      if (inUse) this.#check(target);
    }
    this.#refresh();
  }

  async close(): Promise<void> {
    const targets = this.#targets;
    this.#targets = [];
    this.#refresh();
    await Promise.all(targets.map((target) => target.end()));
  }

  #check(target: Target): void {
    target.cancelChecks = checkRepeatedly(this.#context.clock, {
      intervalMs: () => this.#settings.healthCheck.intervalMs,
      check: (signal) => {
        const { port, path, timeoutMs } = this.#settings.healthCheck;
        const checkPort = port === "traffic-port" ? target.port : port;
        return probe({ host: target.id, port: checkPort, path, timeoutMs, signal });
      },
      onOutcome: (outcome) => {
        target.health = afterCheck(target.health, outcome, this.#settings.healthCheck);
        this.#refresh();
      },
    });
  }

  #find({ id, port }: TargetAddress): Target | undefined {
    return this.#targets.find((target) => target.id === id && target.port === port);
  }

  #remove(target: Target): void {
    this.#targets = this.#targets.filter((other) => other !== target);
    this.#refresh();
    void target.end();
  }

  /** Chosen when something changes, so that no request pays for it. */
  #refresh(): void {
    const { minimumHealthyCount, minimumHealthyPercent } = this.#settings;
    this.#eligible = eligibleTargets(this.#targets, minimumHealthyCount, minimumHealthyPercent);
  }
}
