/** Sets services' counts: inside a target's bounds when it changes, and as its policies' alarms ask. */
import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { messageOf } from "../../base/errors.ts";
import type { LabCore } from "../service.ts";
import { insideBounds, scaledTo, steppedCapacity, trackedCapacity, type Way } from "./decide.ts";
import type { ScalingPorts } from "./ports.ts";
import type { Policy, ScalableTarget } from "./store.ts";

/** Of ECS services; seconds. */
const DEFAULT_COOLDOWN = 300;
/** Nominal: an action that is repeated every minute is not repeated sooner. */
const LEAST_BETWEEN_MS = 45_000;

interface Wish {
  readonly policy: Policy;
  readonly wanted: number;
}

export class Scaler {
  readonly #core: Pick<LabCore, "clock" | "log">;
  readonly #ports: ScalingPorts;
  /** Two alarms may turn at once: one decision about a target ends before the next begins. */
  readonly #turns = new WeakMap<ScalableTarget, Promise<void>>();

  constructor(core: Pick<LabCore, "clock" | "log">, ports: ScalingPorts) {
    this.#core = core;
    this.#ports = ports;
  }

  /** After a target was registered or changed. A service that is not active stays as it is. */
  async bringInside(target: ScalableTarget): Promise<void> {
    const now = await this.#ports.capacity(target.resourceId);
    if (!now?.active) return;
    const inside = insideBounds(now.desired, target);
    if (inside !== now.desired) await this.#set(target, now.desired, inside, "its bounds");
  }

  /** An alarm turned: at once. */
  alarmed(target: ScalableTarget): Promise<void> {
    const turn = (this.#turns.get(target) ?? Promise.resolve())
      .then(() => this.#evaluate(target))
      .catch((error: unknown) => {
        this.#core.log(`autoscaling of ${target.resourceId}: ${messageOf(error)}`);
      });
    this.#turns.set(target, turn);
    return turn;
  }

  /** As long as an alarm is in ALARM, its scaling action is performed again every minute. */
  async repeat(targets: Iterable<ScalableTarget>): Promise<void> {
    for (const target of targets) {
      const since = this.#core.clock.now() - target.evaluatedMs;
      if (target.policies.size > 0 && since >= LEAST_BETWEEN_MS) await this.alarmed(target);
    }
  }

  async #evaluate(target: ScalableTarget): Promise<void> {
    target.evaluatedMs = this.#core.clock.now();
    const now = await this.#ports.capacity(target.resourceId);
    if (!now?.active) return;
    const alarms = await this.#ports.scalingAlarms();
    const wishes: Wish[] = [];
    for (const policy of target.policies.values()) {
      const wanted = await this.#wishOf(policy, alarms, now.desired);
      if (wanted !== undefined) wishes.push({ policy, wanted });
    }
    // "Precedence to the policy that provides the largest capacity for both scale out and scale in".
    const largest = wishes.toSorted((a, b) => b.wanted - a.wanted)[0];
    if (!largest) return;
    if (largest.wanted < now.desired && !this.#mayShrink(target, alarms)) return;
    const capacity = scaledTo(largest.wanted, { ...now, ...boundsOf(target) });
    if (capacity === undefined) return;
    const { policy } = largest;
    const atMs = this.#core.clock.now();
    if (capacity < now.desired) policy.lastInMs = atMs;
    else if (!this.#isCooling(policy)) policy.lastOut = { atMs, from: now.desired };
    await this.#set(target, now.desired, capacity, `policy ${policy.name}`);
  }

  async #wishOf(
    policy: Policy,
    alarms: readonly MetricAlarm[],
    desired: number,
  ): Promise<number | undefined> {
    const wishes: number[] = [];
    for (const alarm of alarms.filter((one) => acts(one, policy))) {
      const value = await this.#ports.latest(alarm);
      if (value === undefined) continue;
      // While a scale-out cools down, what it added counts as part of the next one.
      const cooling = this.#isCooling(policy);
      const wanted = wishOf(policy, alarm, value, desired);
      const from = policy.lastOut?.from ?? desired;
      const again = cooling ? wishOf(policy, alarm, value, from) : wanted;
      if (wanted === undefined || again === undefined) continue;
      if (wanted > desired && again > desired) wishes.push(again);
      if (wanted < desired && !this.#isCoolingIn(policy)) wishes.push(wanted);
    }
    return wishes.length === 0 ? undefined : Math.max(...wishes);
  }

  /** In only when every target tracking policy that may scale in is ready to. */
  #mayShrink(target: ScalableTarget, alarms: readonly MetricAlarm[]): boolean {
    return [...target.policies.values()].every(({ what, alarmNames }) => {
      if (what.kind !== "tracking" || what.tracking.DisableScaleIn) return true;
      const low = alarms.find(
        ({ AlarmName = "" }) => alarmNames.includes(AlarmName) && wayOf(AlarmName) === "in",
      );
      return low?.StateValue === "ALARM";
    });
  }

  #isCooling({ what, lastOut }: Policy): boolean {
    const seconds = what.kind === "step" ? what.step.Cooldown : what.tracking.ScaleOutCooldown;
    return lastOut !== undefined && this.#within(lastOut.atMs, seconds);
  }

  #isCoolingIn({ what, lastInMs }: Policy): boolean {
    const seconds = what.kind === "step" ? what.step.Cooldown : what.tracking.ScaleInCooldown;
    return lastInMs !== undefined && this.#within(lastInMs, seconds);
  }

  #within(sinceMs: number, seconds = DEFAULT_COOLDOWN): boolean {
    return this.#core.clock.now() < sinceMs + seconds * 1000;
  }

  async #set(target: ScalableTarget, from: number, to: number, why: string): Promise<void> {
    this.#core.log(`autoscaling of ${target.resourceId}: ${from} to ${to} tasks, by ${why}`);
    await this.#ports.setCapacity(target.resourceId, to);
  }
}

function boundsOf({ min, max, suspended }: ScalableTarget) {
  return { min, max, suspended };
}

function acts(
  { StateValue, ActionsEnabled, AlarmActions = [] }: MetricAlarm,
  policy: Policy,
): boolean {
  return StateValue === "ALARM" && ActionsEnabled !== false && AlarmActions.includes(policy.arn);
}

function wayOf(alarmName: string): Way {
  return alarmName.includes("-AlarmLow-") ? "in" : "out";
}

function wishOf(
  { what }: Policy,
  alarm: MetricAlarm,
  value: number,
  capacity: number,
): number | undefined {
  if (what.kind === "step") {
    return steppedCapacity(capacity, value - (alarm.Threshold ?? 0), what.step);
  }
  const wanted = trackedCapacity(capacity, value, what.tracking.TargetValue ?? 1);
  // The alarm may be older than the metric's newest value.
  const agrees = wayOf(alarm.AlarmName ?? "") === "out" ? wanted > capacity : wanted < capacity;
  return agrees ? wanted : undefined;
}
