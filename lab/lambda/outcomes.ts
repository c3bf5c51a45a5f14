/**
 * Sends what became of asynchronous events: to the destination of their outcome, and failed ones
 * to the dead-letter topic as well ("in addition to or instead of"). A record that cannot be sent is
 * lost, and counted.
 */
import { messageOf } from "../../base/errors.ts";
import type { LabCore } from "../service.ts";
import {
  Condition,
  deadLetterAttributes,
  type FinishedEvent,
  invocationRecord,
} from "./invocationRecord.ts";
import type { FunctionMetrics } from "./metrics.ts";
import type { InvokeOutcome, LambdaPorts } from "./ports.ts";
import type { FunctionRecord } from "./store.ts";
import { refusalOf, type Target } from "./targets.ts";

export interface OutcomeParts {
  readonly core: LabCore;
  readonly ports: LambdaPorts;
  readonly metrics: FunctionMetrics;
  /** Queues an event for another function, whose resource policy is not asked. */
  invoke(functionArn: string, event: string): InvokeOutcome;
}

export class Outcomes {
  readonly #parts: OutcomeParts;

  constructor(parts: OutcomeParts) {
    this.#parts = parts;
  }

  async tell(found: FunctionRecord, event: FinishedEvent): Promise<void> {
    const { metrics } = this.#parts;
    const succeeded = event.condition === Condition.Success;
    const destination = succeeded ? found.eventInvoke?.onSuccess : found.eventInvoke?.onFailure;
    const { deadLetter } = found.configuration;
    if (destination) {
      const record = JSON.stringify(invocationRecord(event));
      if (!(await this.#send(found, destination, event, record))) {
        metrics.count(found.name, "DestinationDeliveryFailures", 1);
      }
    }
    if (deadLetter && !succeeded && !(await this.#deadLetter(found, deadLetter, event))) {
      metrics.count(found.name, "DeadLetterErrors", 1);
    }
  }

  #send(
    found: FunctionRecord,
    target: Target,
    event: FinishedEvent,
    record: string,
  ): Promise<boolean> {
    const { targets } = this.#parts.ports;
    return this.#allowed(found, target, () => {
      if (target.kind === "topic") return targets.publish(target.arn, record);
      if (target.kind === "function") return this.#parts.invoke(target.arn, record);
      const outcome = event.condition === Condition.Success ? "Success" : "Failure";
      return targets.putEvent?.(target.arn, {
        source: "lambda",
        detailType: `Lambda Function Invocation Result - ${outcome}`,
        detail: record,
        resources: [target.arn, `${found.arn}:$LATEST`],
      });
    });
  }

  /** The event itself, unchanged, with what went wrong in attributes. */
  #deadLetter(found: FunctionRecord, target: Target, event: FinishedEvent): Promise<boolean> {
    const message = Buffer.from(event.payload).toString("utf8");
    return this.#allowed(found, target, () =>
      this.#parts.ports.targets.publish(target.arn, message, deadLetterAttributes(event)),
    );
  }

  async #allowed(
    found: FunctionRecord,
    target: Target,
    send: () => InvokeOutcome | Promise<InvokeOutcome> | undefined,
  ): Promise<boolean> {
    const { core, ports } = this.#parts;
    const { role } = found.configuration;
    let error = refusalOf(target, role, found.name, ports.credentials);
    if (error === undefined) {
      try {
        const outcome = await send();
        if (outcome?.ok) return true;
        error = outcome?.error ?? "the lab has no EventBridge";
      } catch (thrown) {
        error = messageOf(thrown);
      }
    }
    core.log(`Lambda ${found.name}: a record did not reach ${target.arn} and is lost: ${error}`);
    return false;
  }
}
