/** Lambda: functions whose code runs in processes of their own, with their role's credentials. */
import { randomUUID } from "node:crypto";
import { type LabCore, type LabService, type Operation, ServiceName } from "../service.ts";
import { Executor } from "./executor.ts";
import { functionOperations } from "./functions.ts";
import { invokeOperations, MAX_EVENT_BYTES } from "./invoke.ts";
import { permissionOperations } from "./permissions.ts";
import { allowsService } from "./policy.ts";
import type { InvokeOutcome, Invoker, LambdaPorts } from "./ports.ts";
import { EventQueue } from "./queue.ts";
import { settingOperations } from "./settings.ts";
import { functionArn, FunctionStore, parseReference } from "./store.ts";

export class Lambda implements LabService {
  readonly name = ServiceName.Lambda;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #store = new FunctionStore();
  readonly #executor: Executor;
  readonly #queue: EventQueue;

  constructor(core: LabCore, ports: LambdaPorts) {
    const store = this.#store;
    this.#executor = new Executor(core, ports);
    this.#queue = new EventQueue(core, store, this.#executor);
    this.operations = {
      ...functionOperations(core, ports, store, this.#executor),
      ...permissionOperations(store),
      ...settingOperations(core, store),
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
    const { name, qualifier = "$LATEST" } = parseReference(arn);
    const found = this.#store.functions.get(name);
    if (!found || qualifier !== "$LATEST") {
      return { ok: false, error: `ResourceNotFoundException: Function not found: ${arn}` };
    }
    const { principal, sourceArn, sourceAccount } = invoker;
    if (!allowsService(found.policy, principal, sourceArn, sourceAccount)) {
      return {
        ok: false,
        error:
          `AccessDeniedException: User: ${principal} is not authorized to perform: ` +
          `lambda:InvokeFunction on resource: ${arn} because no resource-based policy allows the ` +
          "lambda:InvokeFunction action",
      };
    }
    const event = Buffer.from(JSON.stringify(payload) ?? "null");
    if (event.length > MAX_EVENT_BYTES) {
      return { ok: false, error: `RequestTooLargeException: the event has ${event.length} bytes` };
    }
    this.#queue.add(found, randomUUID(), event);
    return { ok: true };
  }

  resourcesOf(operation: string, input: Record<string, unknown>): readonly string[] {
    const named = input["FunctionName"] ?? input["Resource"];
    if (operation === "ListFunctions" || typeof named !== "string") return ["*"];
    return [functionArn(parseReference(named).name)];
  }

  async stop(): Promise<void> {
    this.#queue.stop();
    await this.#executor.stop();
  }
}
