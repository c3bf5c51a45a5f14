/** Application Auto Scaling for the counts of ECS services. */
import { every } from "../../base/clock.ts";
import type { ActionOutcome } from "../cloudwatch/ports.ts";
import { type LabCore, type LabService, type Operation, ServiceName } from "../service.ts";
import { arn } from "../service.ts";
import { policyOperations } from "./policies.ts";
import type { ScalingPorts } from "./ports.ts";
import { Scaler } from "./scaler.ts";
import { ScalingStore } from "./store.ts";
import { type ScalingRoom, targetOperations } from "./targets.ts";

const MINUTE_MS = 60_000;
/** Between two evaluations of alarms. */
const OFFSET_MS = 30_000;

export class AutoScaling implements LabService {
  readonly name = ServiceName.AutoScaling;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #store = new ScalingStore();
  readonly #scaler: Scaler;
  readonly #cancel: () => void;

  constructor(core: Pick<LabCore, "clock" | "log">, ports: ScalingPorts) {
    const store = this.#store;
    this.#scaler = new Scaler(core, ports);
    const room: ScalingRoom = { store, scaler: this.#scaler, ports, now: () => core.clock.now() };
    this.operations = { ...targetOperations(room), ...policyOperations(room) };
    const repeat = () => this.#scaler.repeat(store.targets.values());
    this.#cancel = every(core.clock, MINUTE_MS, repeat, OFFSET_MS);
  }

  /**
   * The ARN of a target is made up when it is registered: until then there is none to ask about but
   * all. Describing needs a grant on all resources.
   */
  resourcesOf(operation: string, input: Record<string, unknown>): readonly string[] {
    if (operation.startsWith("Describe")) return ["*"];
    const id = input["ResourceId"];
    const known = typeof id === "string" ? this.#store.targets.get(id) : undefined;
    return [known?.arn ?? arn("application-autoscaling", "scalable-target/*")];
  }

  /** What an alarm asks for whose action is a scaling policy. */
  async alarmed(policyArn: string): Promise<ActionOutcome> {
    const found = this.#store.policyOf(policyArn);
    if (!found) return { ok: false, error: `there is no scaling policy ${policyArn}` };
    await this.#scaler.alarmed(found.target);
    return { ok: true };
  }

  async stop(): Promise<void> {
    this.#cancel();
  }
}
