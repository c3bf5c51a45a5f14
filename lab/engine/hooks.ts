/** Resource hooks: functions of the program that the engine calls around operations. */
import type { Properties } from "../resources/values.ts";
import { OperationError } from "./failures.ts";
import { callback, callbackRpc, CHANNEL_OPTIONS, grpc, resource, toWire } from "./proto.ts";
import { type HookKind, HookKind as Kind, type ResourceState } from "./state.ts";
import { parseUrn } from "./urn.ts";

export interface Hook {
  readonly name: string;
  /** Address and token of the program's callback server. */
  readonly target: string;
  readonly token: string;
  readonly onDryRun: boolean;
  readonly ignoreErrors: boolean;
}

export interface HookSubject {
  readonly urn: string;
  readonly id: string | undefined;
  readonly type: string;
  readonly newInputs?: Properties | undefined;
  readonly oldInputs?: Properties | undefined;
  readonly newOutputs?: Properties | undefined;
  readonly oldOutputs?: Properties | undefined;
}

const BEFORE = new Set<HookKind>([Kind.BeforeCreate, Kind.BeforeUpdate, Kind.BeforeDelete]);

export class Hooks {
  readonly #hooks = new Map<string, Hook>();
  readonly #callbacks: Callbacks;
  readonly #dryRun: boolean;
  readonly #warn: (message: string, urn: string) => void;

  constructor(callbacks: Callbacks, dryRun: boolean, warn: (message: string, urn: string) => void) {
    this.#callbacks = callbacks;
    this.#dryRun = dryRun;
    this.#warn = warn;
  }

  register(hook: Hook): void {
    if (this.#hooks.has(hook.name)) {
      throw new Error(`resource hook already registered for name "${hook.name}"`);
    }
    this.#hooks.set(hook.name, hook);
  }

  /** Runs the hooks of one kind in order. Rejects at the first that fails, in Pulumi's words. */
  async run(kind: HookKind, names: readonly string[] = [], subject: HookSubject): Promise<void> {
    for (const name of names) {
      const hook = this.#hooks.get(name);
      if (!hook) {
        throw new Error(
          `hook "${name}" was not registered: it is a function of a program that does not run here`,
        );
      }
      if (this.#dryRun && !hook.onDryRun) continue;
      const failure = await this.#call(hook, subject);
      if (failure === "") continue;
      if (hook.ignoreErrors) {
        this.#warn(`${kind} hook "${name}" failed: ${failure}`, subject.urn);
        continue;
      }
      if (BEFORE.has(kind)) throw new OperationError(`before hook "${name}" failed: ${failure}`);
      throw new Error(`after hook "${name}" failed: ${failure}`);
    }
  }

  async #call(hook: Hook, subject: HookSubject): Promise<string> {
    const request = new resource.ResourceHookRequest();
    request.setUrn(subject.urn);
    request.setId(subject.id ?? "");
    request.setName(parseUrn(subject.urn).name);
    request.setType(subject.type);
    if (subject.newInputs) request.setNewInputs(toWire(subject.newInputs));
    if (subject.oldInputs) request.setOldInputs(toWire(subject.oldInputs));
    if (subject.newOutputs) request.setNewOutputs(toWire(subject.newOutputs));
    if (subject.oldOutputs) request.setOldOutputs(toWire(subject.oldOutputs));
    const answer = await this.#callbacks.invoke(hook, request.serializeBinary());
    return resource.ResourceHookResponse.deserializeBinary(answer).getError();
  }
}

/** What a hook is told about a resource that is about to go. */
export function deletionSubject(state: ResourceState): HookSubject {
  return {
    urn: state.urn,
    id: state.id,
    type: state.type,
    oldInputs: state.inputs,
    oldOutputs: state.outputs,
  };
}

/** Clients of the program's callback servers, one per address. */
export class Callbacks {
  readonly #clients = new Map<string, InstanceType<typeof callbackRpc.CallbacksClient>>();

  invoke(to: { target: string; token: string }, request: Uint8Array): Promise<Uint8Array> {
    let client = this.#clients.get(to.target);
    if (!client) {
      const credentials = grpc.credentials.createInsecure();
      client = new callbackRpc.CallbacksClient(to.target, credentials, CHANNEL_OPTIONS);
      this.#clients.set(to.target, client);
    }
    const message = new callback.CallbackInvokeRequest();
    message.setToken(to.token);
    message.setRequest(request);
    const open = client;
    return new Promise((resolve, reject) => {
      open.invoke(message, (error, response) => {
        if (error) reject(new Error(error.details, { cause: error }));
        else resolve(response.getResponse_asU8());
      });
    });
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }
}
