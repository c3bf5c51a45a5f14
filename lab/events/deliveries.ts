/** Events on their way to targets: what a target gets, and the retries until it has it. */
import type { Cancel } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { LabCore } from "../service.ts";
import { ACCOUNT_ID } from "../service.ts";
import { toTheSecond } from "./event.ts";
import type { BusEvent } from "./event.ts";
import { follow, parsePath } from "./input/path.ts";
import { transform } from "./input/template.ts";
import type { EventMetrics } from "./metrics.ts";
import type { Delivery, TargetPorts } from "./ports.ts";
import { isRetryable, retryAt } from "./retry.ts";
import type { Rule, RuleTarget } from "./store.ts";

/** Who calls functions and topics on a rule's behalf. */
const PRINCIPAL = "events.amazonaws.com";

interface Dispatch {
  readonly rule: Rule;
  readonly target: RuleTarget;
  readonly event: BusEvent;
  /** Nominal. */
  readonly acceptedMs: number;
}

export class Deliveries {
  readonly #core: Pick<LabCore, "clock" | "log">;
  readonly #ports: TargetPorts;
  readonly #metrics: EventMetrics;
  readonly #running = new Set<Promise<void>>();
  readonly #waiting = new Set<Cancel>();
  #stopped = false;

  constructor(core: Pick<LabCore, "clock" | "log">, ports: TargetPorts, metrics: EventMetrics) {
    this.#core = core;
    this.#ports = ports;
    this.#metrics = metrics;
  }

  /** Sends an event to every target that the rule has now. */
  send(rule: Rule, event: BusEvent): void {
    const acceptedMs = this.#core.clock.now();
    for (const target of rule.targets.values()) this.#run({ rule, target, event, acceptedMs }, 0);
  }

  /** Resolves when every attempt under way has ended; retries that wait for their time go on. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#waiting) cancel();
    await this.settled();
  }

  #run(dispatch: Dispatch, retries: number): void {
    if (this.#stopped) return;
    const running = this.#core.clock
      .hold(
        `the delivery of an event of rule ${dispatch.rule.name}`,
        this.#attempt(dispatch, retries),
      )
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #attempt(dispatch: Dispatch, retries: number): Promise<void> {
    const { rule, target, acceptedMs } = dispatch;
    const { clock } = this.#core;
    const outcome = await this.#deliver(dispatch);
    if (!outcome.ok && isRetryable(outcome.error)) {
      const atMs = retryAt(target.retry, retries + 1, acceptedMs, clock.now());
      if (atMs !== undefined) {
        this.#later(atMs, dispatch, retries + 1);
        return;
      }
    }
    // Retried attempts count once, when it is known how they ended.
    this.#metrics.count("Invocations", rule);
    if (outcome.ok) return;
    this.#metrics.count("FailedInvocations", rule);
    this.#core.log(`events: rule ${rule.name} did not reach ${target.arn}: ${outcome.error}`);
  }

  #later(atMs: number, dispatch: Dispatch, retries: number): void {
    if (this.#stopped) return;
    const cancel = this.#core.clock.schedule(atMs, () => {
      this.#waiting.delete(cancel);
      this.#run(dispatch, retries);
    });
    this.#waiting.add(cancel);
  }

  async #deliver({ rule, target, event, acceptedMs }: Dispatch): Promise<Delivery> {
    const source = { principal: PRINCIPAL, sourceArn: rule.arn, sourceAccount: ACCOUNT_ID };
    try {
      const text = inputText(rule, target, event, acceptedMs);
      if (text === undefined) return { ok: false, error: "the event has nothing at the InputPath" };
      return target.arn.split(":")[2] === "sns"
        ? await this.#ports.publish(target.arn, text, source)
        : await this.#ports.invokeFunction(target.arn, JSON.parse(text), source);
    } catch (error) {
      return { ok: false, error: messageOf(error) };
    }
  }
}

/**
 * The JSON that a target gets; undefined when its InputPath leads nowhere (AWS does not say what
 * then comes: nothing is sent).
 */
function inputText(
  rule: Rule,
  { input }: RuleTarget,
  event: BusEvent,
  acceptedMs: number,
): string | undefined {
  switch (input.kind) {
    case "event":
      return JSON.stringify(event);
    case "constant":
      return input.text;
    case "path": {
      const part = follow(event, parsePath(input.text) ?? []);
      return part === undefined ? undefined : JSON.stringify(part);
    }
    default: {
      const { arn: ruleArn, name: ruleName } = rule;
      const ingestionTime = toTheSecond(acceptedMs);
      return transform(input, { ...event }, { ruleArn, ruleName, ingestionTime });
    }
  }
}
