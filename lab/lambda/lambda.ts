/** Lambda: functions whose code runs in processes of their own, with their role's credentials. */
import { randomUUID } from "node:crypto";
import {
  type LabCore,
  type LabService,
  type Operation,
  type PassedRole,
  ServiceName,
} from "../service.ts";
import { Executor } from "./executor.ts";
import { eventInvokeOperations } from "./eventInvoke.ts";
import { functionOperations } from "./functions.ts";
import { invokeOperations, MAX_EVENT_BYTES } from "./invoke.ts";
import { FunctionMetrics } from "./metrics.ts";
import { permissionOperations } from "./permissions.ts";
import { allowsService } from "./policy.ts";
import type { InvokeOutcome, Invoker, LambdaPorts } from "./ports.ts";
import { Outcomes } from "./outcomes.ts";
import { EventQueue } from "./queue.ts";
import { settingOperations } from "./settings.ts";
import { functionArn, type FunctionRecord, FunctionStore, parseReference } from "./store.ts";

export class Lambda implements LabService {
  readonly name = ServiceName.Lambda;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #store = new FunctionStore();
  readonly #metrics: FunctionMetrics;
  readonly #executor: Executor;
  readonly #queue: EventQueue;

  constructor(core: LabCore, ports: LambdaPorts) {
    const store = this.#store;
    const metrics = new FunctionMetrics(core.clock, ports.metrics);
    const executor = new Executor(core, ports, metrics);
    const outcomes = new Outcomes({
      core,
      ports,
      metrics,
      invoke: (arn, event) => this.#enqueue(arn, Buffer.from(event)),
    });
    this.#metrics = metrics;
    this.#executor = executor;
    this.#queue = new EventQueue({ core, store, executor, metrics, outcomes });
    this.operations = {
      ...functionOperations(core, ports, store, this.#executor),
      ...permissionOperations(store),
      ...settingOperations(store),
      ...eventInvokeOperations(core, ports, store),
      ...invokeOperations(store, this.#executor, this.#queue),
    };
  }

  /**
   * An event from another service, if the function's resource policy lets that service in. `ok`
   * says that the event was queued, not that the function succeeded.
   */
  invokeAsync(arn: string, payload: unknown, invoker: Invoker): Promise<InvokeOutcome> {
    return Promise.resolve(this.#accept(arn, payload, invoker));
  }

  #accept(arn: string, payload: unknown, invoker: Invoker): InvokeOutcome {
    const found = this.#find(arn);
    const { principal, sourceArn, sourceAccount } = invoker;
    if (found && !allowsService(found.policy, principal, sourceArn, sourceAccount)) {
      return {
        ok: false,
        error:
          `AccessDeniedException: User: ${principal} is not authorized to perform: ` +
          `lambda:InvokeFunction on resource: ${arn} because no resource-based policy allows the ` +
          "lambda:InvokeFunction action",
      };
    }
    return this.#enqueue(arn, Buffer.from(JSON.stringify(payload) ?? "null"));
  }

  #enqueue(arn: string, event: Uint8Array): InvokeOutcome {
    const found = this.#find(arn);
    if (!found)
      return { ok: false, error: `ResourceNotFoundException: Function not found: ${arn}` };
    if (event.length > MAX_EVENT_BYTES) {
      return { ok: false, error: `RequestTooLargeException: the event has ${event.length} bytes` };
    }
    this.#queue.add(found, randomUUID(), event);
    return { ok: true };
  }

  #find(arn: string): FunctionRecord | undefined {
    const { name, qualifier = "$LATEST" } = parseReference(arn);
    return qualifier === "$LATEST" ? this.#store.functions.get(name) : undefined;
  }

  resourcesOf(operation: string, input: Record<string, unknown>): readonly string[] {
    const named = input["FunctionName"] ?? input["Resource"];
    if (operation === "ListFunctions" || typeof named !== "string") return ["*"];
    return [functionArn(parseReference(named).name)];
  }

  /** The function's role is Lambda's to assume. */
  rolesPassed(operation: string, { Role }: Record<string, unknown>): readonly PassedRole[] {
    if (operation !== "CreateFunction" && operation !== "UpdateFunctionConfiguration") return [];
    return typeof Role === "string" ? [{ roleArn: Role, toService: "lambda.amazonaws.com" }] : [];
  }

  async stop(): Promise<void> {
    this.#queue.stop();
    this.#metrics.stop();
    await this.#executor.stop();
  }
}
