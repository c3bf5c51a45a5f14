/** One run's course: what the program registers becomes steps, and what it leaves out goes. */
import { checkInputs } from "../resources/check.ts";
import { compareInputs } from "../resources/diff.ts";
import { parsePath, resetPath } from "../resources/paths.ts";
import { UNKNOWN, unwrapSecrets, type Properties } from "../resources/values.ts";
import { decide, type Decision } from "./decide.ts";
import { StepKind, type EngineEvent, type RunError, type Step } from "./events.ts";
import { OperationError, runError } from "./failures.ts";
import { create, remove, update, type Edge } from "./operations.ts";
import {
  defaultProviderUrn,
  isProviderType,
  providerProblems,
  providerState,
} from "./providers.ts";
import type { Registration } from "./registration.ts";
import { dependentReplacements, sweep } from "./removals.ts";
import { remark } from "./secrets.ts";
import { HookKind, type ResourceState } from "./state.ts";
import { parseUrn, STACK_TYPE } from "./urn.ts";

export interface Settings {
  readonly stack: string;
  readonly project: string;
  readonly region: string;
  emit(event: EngineEvent): void;
}

export class Deployment {
  readonly steps: Step[] = [];
  readonly errors: RunError[] = [];
  stackOutputs: Properties = {};
  readonly #edge: Edge;
  readonly #settings: Settings;
  readonly #seen = new Set<string>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #providers = new Map<string, Promise<string>>();
  readonly #components = new Map<string, { old: ResourceState | undefined; kind: StepKind }>();
  #stopped = false;
  readonly #stop = Promise.withResolvers<void>();
  /** Resolves when the run is stopped, by an error or from outside; not when it ends well. */
  readonly whenStopped = this.#stop.promise;

  constructor(edge: Omit<Edge, "report">, settings: Settings) {
    this.#edge = { ...edge, report: (error, urn) => this.fail(runError(error, urn)) };
    this.#settings = settings;
  }

  /** No operation starts any more; those that run go on to their end. */
  stop(): void {
    this.#stopped = true;
    this.#stop.resolve();
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  fail(error: RunError): void {
    this.errors.push(error);
    this.stop();
  }

  /** Resolves when no operation runs. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  /** Makes the program's wish true (or, in a preview, finds out how). */
  register(registration: Registration): Promise<ResourceState> {
    return this.#track(this.#register(registration));
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    const forget = (): void => void this.#running.delete(work);
    work.then(forget, forget);
    return work;
  }

  async #register(registration: Registration): Promise<ResourceState> {
    const { urn, custom, type } = registration;
    if (this.#seen.has(urn)) {
      const error = new OperationError(`Duplicate resource URN "${urn}"; try giving it a unique name`);
      this.fail(runError(error, urn));
      throw error;
    }
    this.#seen.add(urn);
    if (isProviderType(type)) return this.#registerProvider(registration);
    try {
      return custom ? await this.#registerCustom(registration) : await this.#component(registration);
    } catch (error) {
      this.fail(runError(error, urn));
      throw error;
    }
  }

  async #registerProvider(registration: Registration): Promise<ResourceState> {
    const { urn, type, inputs } = registration;
    const { snapshot, dryRun } = this.#edge;
    const problems = providerProblems(inputs, this.#settings.region);
    if (problems.length > 0) {
      const error = new OperationError("the provider cannot be used here", problems);
      this.fail(runError(error, urn));
      throw error;
    }
    const old = this.#findOld(registration);
    const state = {
      ...providerState(urn, type, inputs, old, dryRun),
      ...(registration.parent === "" ? {} : { parent: registration.parent }),
    };
    await snapshot.commit(state, old);
    return state;
  }

  async #provider(registration: Registration): Promise<string> {
    if (registration.provider !== "") return registration.provider;
    const { stack, project, region } = this.#settings;
    const urn = defaultProviderUrn(registration, stack, project);
    let reference = this.#providers.get(urn);
    if (!reference) {
      reference = (async () => {
        const { snapshot, dryRun } = this.#edge;
        const old = snapshot.old(urn);
        const inputs: Properties = { region };
        if (registration.version !== "") inputs["version"] = registration.version;
        const pkg = registration.type.split(":")[0] ?? "";
        const state = providerState(urn, `pulumi:providers:${pkg}`, inputs, old, dryRun);
        await snapshot.commit(state, old);
        return `${urn}::${state.id}`;
      })();
      this.#providers.set(urn, reference);
    }
    return reference;
  }

  #findOld(registration: Registration): ResourceState | undefined {
    const { snapshot } = this.#edge;
    for (const urn of [registration.urn, ...registration.aliases]) {
      const old = snapshot.old(urn);
      if (old && (urn === registration.urn || !this.#seen.has(urn))) return old;
    }
    return undefined;
  }

  async #registerCustom(registration: Registration): Promise<ResourceState> {
    const { urn } = registration;
    const type = await this.#edge.table.resource(registration.type);
    const provider = await this.#provider(registration);
    const old = this.#findOld(registration);
    const given = this.#ignoring(registration, old);
    let inputs = await this.#checked(registration, old, given);
    const decision = decide(old, { ...registration, inputs }, type);
    const wanted = (): ResourceState => stateOf(registration, inputs, provider, old);
    this.#refuseIfStopped();

    if (old && decision.kind === StepKind.Replace) {
      if (old.protect) {
        throw new OperationError(
          `unable to replace resource "${urn}": it is protected; ` +
            "to unprotect it, remove the protect option and run up once",
        );
      }
      // Another resource gets another generated name.
      inputs = await this.#checked(registration, undefined, given);
      return this.#step(registration, decision, () => this.#replace(old, wanted(), decision));
    }
    if (!old || decision.kind === StepKind.Create) {
      return this.#step(registration, decision, () => create(this.#edge, wanted(), old));
    }
    const next: ResourceState = { ...wanted(), ...carried(old) };
    if (decision.kind === StepKind.Update) {
      return this.#step(registration, decision, () => update(this.#edge, old, next));
    }
    return this.#step(registration, decision, async () => {
      const same = { ...next, outputs: old.outputs ?? {} };
      await this.#edge.snapshot.commit(same, old);
      return same;
    });
  }

  async #replace(
    old: ResourceState,
    wanted: ResourceState,
    decision: Decision,
  ): Promise<ResourceState> {
    if (decision.deleteFirst) {
      const first = await dependentReplacements(old, this.#edge.snapshot.leftovers(), (...args) =>
        this.#replacedByUnknown(...args),
      );
      for (const dependent of [...first, old]) {
        if (dependent.protect) {
          throw new OperationError(`${dependent.urn} would have to be deleted, but is protected`);
        }
      }
      for (const dependent of [...first, old]) {
        await remove(this.#edge, dependent, { ahead: true });
      }
    }
    return create(this.#edge, wanted, old);
  }

  async #replacedByUnknown(state: ResourceState, properties: readonly string[]): Promise<boolean> {
    const type = await this.#edge.table.resource(state.type);
    const olds = unwrapSecrets(state.inputs ?? {});
    const news = { ...olds };
    for (const property of properties) if (property in news) news[property] = UNKNOWN;
    const patterns = [...type.replaceOn, ...(state.replaceOnChanges ?? [])];
    return compareInputs(type.inputs, patterns, olds, news).replaces.length > 0;
  }

  /** The program's inputs, with what `ignoreChanges` names as it was. */
  #ignoring(registration: Registration, old: ResourceState | undefined): Properties {
    const { urn, ignoreChanges } = registration;
    if (!old?.inputs || ignoreChanges.length === 0) return registration.inputs;
    const inputs = structuredClone(registration.inputs);
    const missed = ignoreChanges.filter((pattern) => {
      const path = parsePath(pattern);
      return path !== undefined && !resetPath(path, old.inputs ?? {}, inputs);
    });
    if (missed.length > 0) {
      const paths = missed.map((path) => JSON.stringify(path)).join(", ");
      const message = `cannot ignore changes in added or removed elements of the path: ${paths}`;
      this.#settings.emit({ type: "log", severity: "info", message, urn });
    }
    return inputs;
  }

  async #checked(
    registration: Registration,
    old: ResourceState | undefined,
    given: Properties,
  ): Promise<Properties> {
    const type = await this.#edge.table.resource(registration.type);
    const olds = old?.inputs && !old.pendingReplacement ? unwrapSecrets(old.inputs) : undefined;
    const { inputs, problems } = await checkInputs(
      type,
      registration.name,
      olds,
      unwrapSecrets(given),
      this.#settings.region,
    );
    if (problems.length > 0) {
      const what = problems.map(({ property, reason }) => `${property} ${reason}`).join("; ");
      throw new OperationError(`invalid inputs: ${what}`, problems);
    }
    return remark(given, inputs);
  }

  async #component(registration: Registration): Promise<ResourceState> {
    this.#refuseIfStopped();
    const { urn, type, inputs, hooks } = registration;
    const old = this.#findOld(registration);
    const decision = decide(old, { ...registration, deleteBeforeReplace: undefined }, undefined);
    const now = new Date().toISOString();
    const state: ResourceState = {
      ...stateOf(registration, inputs, "", old),
      // Outputs come later, in RegisterResourceOutputs.
      outputs: old?.outputs ?? {},
      created: old?.created ?? now,
      modified: old?.modified ?? now,
    };
    this.#components.set(urn, { old, kind: decision.kind });
    return this.#step(registration, decision, async () => {
      const told = { urn, id: undefined, type, newInputs: inputs };
      if (decision.kind === StepKind.Create) {
        await this.#edge.hooks.run(HookKind.BeforeCreate, hooks.beforeCreate, told);
      } else if (decision.kind === StepKind.Update) {
        await this.#edge.hooks.run(HookKind.BeforeUpdate, hooks.beforeUpdate, {
          ...told,
          oldInputs: old?.inputs,
          oldOutputs: old?.outputs,
        });
      }
      await this.#edge.snapshot.commit(state, old);
      return state;
    });
  }

  /** A component (or the stack) is complete: its outputs, then its after-hooks. */
  registerOutputs(urn: string, outputs: Properties): Promise<void> {
    return this.#track(this.#registerOutputs(urn, outputs));
  }

  async #registerOutputs(urn: string, outputs: Properties): Promise<void> {
    const state = this.#edge.snapshot.registered(urn);
    if (!state) throw new OperationError(`${urn} was not registered`);
    state.outputs = outputs;
    if (state.type === STACK_TYPE) this.stackOutputs = outputs;
    await this.#edge.snapshot.save();
    const component = this.#components.get(urn);
    const hooks = state.resourceHooks ?? {};
    const told = {
      urn,
      id: undefined,
      type: state.type,
      newInputs: state.inputs,
      newOutputs: outputs,
    };
    try {
      if (component?.kind === StepKind.Create) {
        await this.#edge.hooks.run(HookKind.AfterCreate, hooks.afterCreate, told);
      } else if (component?.kind === StepKind.Update) {
        const { old } = component;
        await this.#edge.hooks.run(HookKind.AfterUpdate, hooks.afterUpdate, {
          ...told,
          oldInputs: old?.inputs,
          oldOutputs: old?.outputs,
        });
      }
    } catch (error) {
      this.fail(runError(error, urn));
    }
  }

  /** A look at a resource that the stack does not own (`Resource.get`). */
  read(registration: Registration, id: string): Promise<ResourceState> {
    return this.#track(this.#read(registration, id));
  }

  async #read(registration: Registration, id: string): Promise<ResourceState> {
    const { urn, inputs } = registration;
    this.#seen.add(urn);
    const decision = { kind: StepKind.Read, changed: [], replaces: [] };
    try {
      const provider = await this.#provider(registration);
      const type = await this.#edge.table.resource(registration.type);
      return await this.#step(registration, decision, async () => {
        const outputs = await type.read(id, this.#edge.context, unwrapSecrets(inputs));
        if (!outputs) throw new OperationError(`there is no ${registration.type} with id ${id}`);
        const old = this.#findOld(registration);
        const state: ResourceState = {
          ...stateOf(registration, inputs, provider, old),
          id,
          external: true,
          outputs,
        };
        await this.#edge.snapshot.commit(state, old);
        return state;
      });
    } catch (error) {
      this.fail(runError(error, urn));
      throw error;
    }
  }

  async invoke(token: string, args: Properties): Promise<Properties> {
    const invoke = await this.#edge.table.invoke(token);
    const { region: _, ...rest } = unwrapSecrets(args);
    return invoke.call(rest as never, this.#edge.context);
  }

  /** Deletes what the program no longer has, and what was replaced. For a program that succeeded. */
  async removeLeftovers(): Promise<void> {
    await this.settled();
    if (this.#stopped) return;
    await this.removeAll(this.#edge.snapshot.leftovers());
  }

  /** Deletes `doomed` in the order of their dependencies; refuses all when one is protected. */
  removeAll(doomed: readonly ResourceState[]): Promise<void> {
    return this.#track(this.#removeAll(doomed));
  }

  async #removeAll(doomed: readonly ResourceState[]): Promise<void> {
    for (const state of doomed.filter((one) => one.protect && !one.delete)) {
      const error = new OperationError(
        "it is protected and cannot be deleted; " +
          "to unprotect it, remove the protect option and run up once",
      );
      this.fail(runError(error, state.urn));
    }
    if (this.#stopped) return;
    const urns = new Set(doomed.map((state) => state.urn));
    const one = async (state: ResourceState): Promise<boolean> => {
      const spared = state.deletedWith !== undefined && urns.has(state.deletedWith);
      try {
        // The deletion of a replaced resource is part of its replacement's step.
        if (state.delete || state.pendingReplacement || isProviderType(state.type)) {
          if (state.pendingReplacement) await this.#edge.snapshot.remove(state);
          else await remove(this.#edge, state, { spared });
        } else {
          const decision = { kind: StepKind.Delete, changed: [], replaces: [] };
          await this.#step(state, decision, () => remove(this.#edge, state, { spared }));
        }
        return true;
      } catch (error) {
        this.fail(runError(error, state.urn));
        return false;
      }
    };
    await sweep(doomed, one, () => this.#stopped);
  }

  #refuseIfStopped(): void {
    if (this.#stopped) throw new OperationError("the run was stopped before this resource");
  }

  async #step<T>(
    of: { readonly urn: string; readonly type: string; readonly custom: boolean },
    decision: { kind: StepKind; changed: readonly string[]; replaces: readonly string[] },
    act: () => Promise<T>,
  ): Promise<T> {
    const step: Step = {
      kind: decision.kind,
      urn: of.urn,
      type: of.type,
      name: parseUrn(of.urn).name,
      custom: of.custom,
      changed: decision.changed,
      replaces: decision.replaces,
    };
    const { emit } = this.#settings;
    const startedAt = performance.now();
    emit({ type: "step.started", step });
    try {
      const result = await act();
      this.steps.push(step);
      emit({ type: "step.finished", step, wallMs: Math.round(performance.now() - startedAt) });
      return result;
    } catch (error) {
      emit({ type: "step.failed", step, error: runError(error, of.urn) });
      throw error;
    }
  }
}

/** What a resource that stays keeps from before. */
function carried(old: ResourceState): Partial<ResourceState> {
  return {
    ...(old.id === undefined ? {} : { id: old.id }),
    ...(old.created === undefined ? {} : { created: old.created }),
    ...(old.modified === undefined ? {} : { modified: old.modified }),
  };
}

function stateOf(
  registration: Registration,
  inputs: Properties,
  provider: string,
  old: ResourceState | undefined,
): ResourceState {
  const { urn, type, custom, parent, dependencies, propertyDependencies } = registration;
  const state: ResourceState = { urn, custom, type, inputs };
  if (old?.id !== undefined && !custom) state.id = old.id;
  if (parent !== "") state.parent = parent;
  if (registration.protect) state.protect = true;
  if (dependencies.length > 0) state.dependencies = [...dependencies];
  if (provider !== "") state.provider = provider;
  if (Object.keys(propertyDependencies).length > 0) {
    state.propertyDependencies = { ...propertyDependencies };
  }
  if (registration.additionalSecretOutputs.length > 0) {
    state.additionalSecretOutputs = [...registration.additionalSecretOutputs];
  }
  if (registration.retainOnDelete) state.retainOnDelete = true;
  if (registration.deletedWith !== "") state.deletedWith = registration.deletedWith;
  if (registration.ignoreChanges.length > 0) state.ignoreChanges = [...registration.ignoreChanges];
  if (registration.replaceOnChanges.length > 0) {
    state.replaceOnChanges = [...registration.replaceOnChanges];
  }
  if (Object.keys(registration.hooks).length > 0) state.resourceHooks = registration.hooks;
  return state;
}
