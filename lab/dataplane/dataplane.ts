/** The load balancers' data plane: real HTTP on loopback, fed by the control plane. */
import { every, type Cancel, type Clock } from "../../base/clock.ts";
import type { MetricSink } from "../ports.ts";
import { JUDGEMENT_MS } from "./anomaly.ts";
import { Balancer } from "./balancer.ts";
import { Group, type TargetHealthView } from "./group.ts";
import { InProcessListener } from "./inProcessListener.ts";
import { Listener, type Listening } from "./listener.ts";
import { MINUTE_MS } from "./minutes.ts";
import type {
  Action,
  BalancerSettings,
  GroupSettings,
  ListenerAddress,
  ListenerSettings,
  Rule,
  TargetAddress,
} from "./model.ts";
import type { InProcessRequest, InProcessResponse, TargetNetwork } from "./network.ts";
import { pointsOf } from "./points.ts";

export interface DataPlaneOptions {
  readonly clock: Clock;
  readonly metrics: MetricSink;
  /**
   * Nominal wait from the end of a minute until its metrics can be seen. AWS documents no figure.
   * @default 30,000
   */
  readonly metricDelayMs?: number;
  /** Uniform in [0, 1); what weights are drawn with. */
  readonly random?: () => number;
  /** Wall time to connect to a target; AWS has 10 s. */
  readonly connectTimeoutMs?: number;
  /** Takes the place of sockets: listeners then open none, and answer `request` alone. */
  readonly network?: TargetNetwork | undefined;
}

const METRIC_DELAY_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** Every method that takes an ARN expects one that was added; the control plane has checked it. */
export class DataPlane {
  readonly #options: DataPlaneOptions;
  readonly #random: () => number;
  readonly #connectTimeoutMs: number;
  readonly #balancers = new Map<string, Balancer>();
  readonly #groups = new Map<string, Group>();
  readonly #listeners = new Map<string, Listening>();
  readonly #cancelMinutes: Cancel;
  readonly #cancelJudgements: Cancel;

  constructor(options: DataPlaneOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
    this.#cancelMinutes = every(options.clock, MINUTE_MS, (atMs) => this.#publish(atMs));
    this.#cancelJudgements = every(options.clock, JUDGEMENT_MS, () => {
      for (const group of this.#groups.values()) group.judge();
    });
  }

  /** Adds the load balancer, or applies changed settings from the next request on. */
  putBalancer(settings: BalancerSettings): void {
    const known = this.#balancers.get(settings.arn);
    if (known === undefined) {
      this.#balancers.set(settings.arn, new Balancer(settings, this.#options.clock));
      return;
    }
    known.settings = settings;
    for (const listener of this.#listeners.values()) {
      if (listener.balancer === known) listener.applyTimeouts();
    }
  }

  removeBalancer(arn: string): void {
    this.#balancers.delete(arn);
  }

  putGroup(settings: GroupSettings): void {
    const known = this.#groups.get(settings.arn);
    if (known) known.update(settings);
    else {
      const group = new Group(settings, {
        clock: this.#options.clock,
        random: this.#random,
        connectTimeoutMs: this.#connectTimeoutMs,
        network: this.#options.network,
      });
      this.#groups.set(settings.arn, group);
    }
  }

  async removeGroup(arn: string): Promise<void> {
    const group = this.#groups.get(arn);
    this.#groups.delete(arn);
    await group?.close();
  }

  register(groupArn: string, targets: readonly TargetAddress[]): void {
    this.#group(groupArn).register(targets);
  }

  deregister(groupArn: string, targets: readonly TargetAddress[]): void {
    this.#group(groupArn).deregister(targets);
  }

  health(groupArn: string, targets?: readonly TargetAddress[]): readonly TargetHealthView[] {
    return this.#group(groupArn).health(targets);
  }

  /**
   * Opens a listener, or moves an open one of the same ARN to another port. `rules` is read once
   * the socket is bound, so that a write in the meantime is not lost.
   */
  async openListener(
    settings: ListenerSettings,
    rules: () => readonly Rule<string>[],
  ): Promise<ListenerAddress> {
    const balancer = this.#balancers.get(settings.balancerArn);
    if (!balancer) throw new Error(`No load balancer ${settings.balancerArn}`);
    const { clock, network } = this.#options;
    const context = { clock, random: this.#random, connectTimeoutMs: this.#connectTimeoutMs };
    const listener = network
      ? new InProcessListener(settings, balancer, context, network)
      : new Listener(settings, balancer, context);
    const address = await listener.open();
    const before = this.#listeners.get(settings.arn);
    this.#listeners.set(settings.arn, listener);
    // The groups stay in use throughout a move, and their targets' health with them.
    this.setRules(settings.arn, rules());
    await before?.close();
    return address;
  }

  /** Follows at once: the next request sees the new rules. Groups are named by their ARNs. */
  setRules(listenerArn: string, rules: readonly Rule<string>[]): void {
    const listener = this.#listeners.get(listenerArn);
    listener?.setRules(
      rules.map(({ conditions, action }) => ({ conditions, action: this.#resolve(action) })),
    );
    this.#followUse();
  }

  /** A client's request to a listener without a socket; rejects when there is no such one. */
  async request(listenerArn: string, request: InProcessRequest): Promise<InProcessResponse> {
    const listener = this.#listeners.get(listenerArn);
    if (listener instanceof InProcessListener) return listener.request(request);
    throw new Error(`No listener ${listenerArn} that can be called without a socket`);
  }

  updateListener(settings: ListenerSettings): void {
    const listener = this.#listeners.get(settings.arn);
    if (listener) listener.settings = settings;
  }

  async closeListener(arn: string): Promise<void> {
    const listener = this.#listeners.get(arn);
    this.#listeners.delete(arn);
    this.#followUse();
    await listener?.close();
  }

  /** Ends every socket, timer and check. */
  async close(): Promise<void> {
    this.#cancelMinutes();
    this.#cancelJudgements();
    await Promise.all([...this.#listeners.keys()].map((arn) => this.closeListener(arn)));
    await Promise.all([...this.#groups.keys()].map((arn) => this.removeGroup(arn)));
  }

  #group(arn: string): Group {
    const group = this.#groups.get(arn);
    if (!group) throw new Error(`No target group ${arn}`);
    return group;
  }

  #resolve(action: Action<string>): Action<Group> {
    if (action.type !== "forward") return action;
    const shares = action.shares.map(({ group, weight }) => ({
      group: this.#group(group),
      weight,
    }));
    return { ...action, shares };
  }

  #followUse(): void {
    const used = new Set<Group>();
    for (const listener of this.#listeners.values()) {
      for (const group of listener.groups) used.add(group);
    }
    for (const group of this.#groups.values()) group.setInUse(used.has(group));
  }

  /** `endMs` is a whole minute; what happened before it is published now and seen later. */
  #publish(endMs: number): void {
    for (const [arn, balancer] of this.#balancers) {
      const groups = new Set<Group>();
      for (const listener of this.#listeners.values()) {
        if (listener.settings.balancerArn !== arn) continue;
        for (const group of listener.groups) groups.add(group);
      }
      const hosts = [...groups].map((group) => group.hosts());
      const finished = new Map(
        balancer.book.finished(endMs).map(({ startMs, minute }) => [startMs, minute]),
      );
      const lastStartMs = endMs - MINUTE_MS;
      const traffic = balancer.takeTraffic(groups);
      for (const startMs of new Set([...finished.keys(), lastStartMs])) {
        this.#options.metrics.publish(
          pointsOf({
            balancer: balancer.settings.dimension,
            startMs,
            availableAtMs: startMs + MINUTE_MS + (this.#options.metricDelayMs ?? METRIC_DELAY_MS),
            minute: finished.get(startMs),
            // Health has no history: it is only known for the minute that just ended.
            hosts: startMs === lastStartMs ? hosts : [],
            traffic: startMs === lastStartMs ? traffic : undefined,
          }),
        );
      }
    }
  }
}
