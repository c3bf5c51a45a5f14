/** A target group at work: who is registered, how healthy each is, and what it counted. */
import type { Clock } from "../../base/clock.ts";
import { forgetAnomaly, judgeTargets } from "./automaticWeights.ts";
import { checkRepeatedly } from "./checker.ts";
import { eligibleTargets } from "./choose.ts";
import {
  afterCheck,
  NOT_IN_USE,
  NOT_REGISTERED,
  REGISTERING,
  type CheckOutcome,
  type Health,
} from "./health.ts";
import { Algorithm, type GroupSettings, type TargetAddress } from "./model.ts";
import { Picker } from "./picker.ts";
import type { GroupHosts } from "./points.ts";
import { probeInProcess } from "./inProcessExchange.ts";
import type { TargetNetwork } from "./network.ts";
import { probe } from "./probe.ts";
import { beginHealthy, hasFullShare } from "./slowStart.ts";
import { Target } from "./target.ts";

export interface GroupContext {
  readonly clock: Clock;
  readonly random: () => number;
  readonly connectTimeoutMs: number;
  /** Takes the place of sockets. */
  readonly network?: TargetNetwork | undefined;
}

export interface TargetHealthView extends TargetAddress {
  readonly health: Health;
  readonly anomalous: boolean;
  /** Whether it gets less traffic for its anomaly. */
  readonly mitigated: boolean;
}

export class Group {
  readonly #context: GroupContext;
  #settings: GroupSettings;
  readonly #picker: Picker;
  #targets: Target[] = [];
  #inUse = false;
  /** Connections opened to targets that have left since the last count. */
  #openedByGone = 0;

  constructor(settings: GroupSettings, context: GroupContext) {
    this.#settings = settings;
    this.#context = context;
    this.#picker = new Picker(context.clock, context.random);
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
    if (settings.slowStartMs === 0)
      for (const target of this.#targets) target.slowSinceMs = undefined;
    if (!this.#mitigates()) for (const target of this.#targets) target.mitigatedShare = 1;
    this.#refresh();
  }

  register(addresses: readonly TargetAddress[]): void {
    const startsSlowly = hasFullShare(this.#targets);
    for (const address of addresses) {
      const known = this.#find(address);
      if (known && !known.draining) continue;
      if (known) this.#remove(known);
      const target = new Target(address, this.#inUse, this.#context.connectTimeoutMs);
      target.startsSlowly = startsSlowly;
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
    return this.#picker.pick();
  }

  /** The target that a stickiness cookie names, if it may take traffic. */
  find(key: string): Target | undefined {
    return this.#picker.find(key);
  }

  /** Every registered or draining target, or just `wanted` (unknown ones as not registered). */
  health(wanted?: readonly TargetAddress[]): readonly TargetHealthView[] {
    const list: readonly TargetAddress[] = wanted ?? this.#targets;
    return list.map(({ id, port }) => {
      const target = this.#find({ id, port });
      return {
        id,
        port,
        health: target?.health ?? NOT_REGISTERED,
        anomalous: target?.anomalous ?? false,
        mitigated: (target?.mitigatedShare ?? 1) < 1,
      };
    });
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
      anomalous: this.#targets.filter((target) => target.anomalous).length,
      mitigated: this.#targets.filter((target) => target.mitigatedShare < 1).length,
    };
  }

  /** Connections to targets: open now, and opened since the last call. */
  takeConnections(): { readonly open: number; readonly opened: number } {
    let open = 0;
    let opened = this.#openedByGone;
    this.#openedByGone = 0;
    for (const { connections } of this.#targets) {
      open += connections.open;
      opened += connections.opened;
      connections.opened = 0;
    }
    return { open, opened };
  }

  /** Looks for targets that fail more often than their peers; every ten nominal seconds. */
  judge(): void {
    judgeTargets(this.#targets, this.#mitigates());
    this.#refresh();
  }

  setInUse(inUse: boolean): void {
    if (this.#inUse === inUse) return;
    this.#inUse = inUse;
    for (const target of this.#targets.filter(({ draining }) => !draining)) {
      target.stopChecks();
      target.health = inUse ? REGISTERING : NOT_IN_USE;
      target.startsSlowly = false;
      target.slowSinceMs = undefined;
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
        const { clock, network } = this.#context;
        if (network) {
          const address = { id: target.id, port: checkPort };
          return probeInProcess({ clock, network }, address, path, timeoutMs);
        }
        return probe({ host: target.id, port: checkPort, path, timeoutMs, signal });
      },
      onOutcome: (outcome) => this.#checked(target, outcome),
    });
  }

  #checked(target: Target, outcome: CheckOutcome): void {
    const { healthCheck, slowStartMs } = this.#settings;
    const before = target.health.state;
    target.health = afterCheck(target.health, outcome, healthCheck);
    if (!target.healthy) {
      target.slowSinceMs = undefined;
      forgetAnomaly(target);
    } else if (before !== "healthy") {
      const peers = this.#targets.filter((other) => other !== target);
      beginHealthy(target, peers, this.#context.clock.now(), slowStartMs);
    }
    this.#refresh();
  }

  #mitigates(): boolean {
    const { algorithm, anomalyMitigation } = this.#settings;
    return anomalyMitigation && algorithm === Algorithm.WeightedRandom;
  }

  #find({ id, port }: TargetAddress): Target | undefined {
    return this.#targets.find((target) => target.id === id && target.port === port);
  }

  #remove(target: Target): void {
    this.#targets = this.#targets.filter((other) => other !== target);
    this.#openedByGone += target.connections.opened;
    this.#refresh();
    void target.end();
  }

  /** Chosen when something changes, so that no request pays for it. */
  #refresh(): void {
    const { minimumHealthyCount, minimumHealthyPercent } = this.#settings;
    const eligible = eligibleTargets(this.#targets, minimumHealthyCount, minimumHealthyPercent);
    this.#picker.refresh(eligible, this.#settings);
  }
}
