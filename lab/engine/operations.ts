/** Creating, updating and deleting one resource: hooks around, the state before and after. */
import { messageOf } from "../../base/errors.ts";
import { mirrored, plannedOutputs } from "../resources/outputs.ts";
import { SettlingError, type Context, type ResourceTable } from "../resources/types.ts";
import { UNKNOWN, unwrapSecrets, type Properties } from "../resources/values.ts";
import { deletionSubject, type Hooks } from "./hooks.ts";
import { markOutputs } from "./secrets.ts";
import type { Snapshot } from "./snapshot.ts";
import { HookKind, type ResourceState } from "./state.ts";

export interface Edge {
  readonly table: ResourceTable;
  readonly context: Context;
  readonly snapshot: Snapshot;
  readonly hooks: Hooks;
  readonly dryRun: boolean;
  /** Tells of an error after which the resource itself is as it should be. */
  report(error: unknown, urn: string): void;
}

/**
 * Creates `wanted`. The old resource that it replaces, if any, stays in the state marked for
 * deletion; one that was deleted ahead of it leaves.
 */
export async function create(
  edge: Edge,
  wanted: ResourceState,
  replaced?: ResourceState,
): Promise<ResourceState> {
  const { type, urn, inputs = {}, resourceHooks: hooks = {} } = wanted;
  await edge.hooks.run(HookKind.BeforeCreate, hooks.beforeCreate, {
    urn,
    id: undefined,
    type,
    newInputs: inputs,
  });
  const plain = unwrapSecrets(inputs);
  const now = new Date().toISOString();
  const state: ResourceState = { ...wanted, created: now, modified: now };
  if (edge.dryRun) {
    state.id = UNKNOWN;
    state.outputs = mirrored(inputs);
    await commit(edge, state, replaced);
  } else {
    const handlers = await edge.table.resource(type);
    const end = await edge.snapshot.begin({ resource: wanted, type: "creating" });
    try {
      const made = await handlers.create(mirrored(plain), edge.context);
      state.id = made.id;
      state.outputs = outputsOf(state, made.outputs);
      end();
      await commit(edge, state, replaced);
    } catch (error) {
      end();
      if (!(error instanceof SettlingError)) {
        await edge.snapshot.save();
        throw error;
      }
      state.id = error.id;
      state.outputs = outputsOf(state, error.outputs);
      state.initErrors = [messageOf(error)];
      await commit(edge, state, replaced);
      throw error;
    }
  }
  await after(edge, HookKind.AfterCreate, hooks.afterCreate, {
    ...subject(state),
    newInputs: inputs,
    newOutputs: state.outputs,
  });
  return state;
}

async function commit(
  edge: Edge,
  state: ResourceState,
  replaced: ResourceState | undefined,
): Promise<void> {
  // Deleted already: it only waited for its successor. Else it goes at the end of the run.
  if (replaced?.pendingReplacement) return edge.snapshot.commit(state, replaced);
  if (replaced) replaced.delete = true;
  return edge.snapshot.commit(state);
}

export async function update(
  edge: Edge,
  old: ResourceState,
  wanted: ResourceState,
): Promise<ResourceState> {
  const { type, inputs = {}, resourceHooks: hooks = {} } = wanted;
  const state: ResourceState = { ...wanted, modified: new Date().toISOString() };
  const told = {
    ...subject(state),
    newInputs: inputs,
    oldInputs: old.inputs,
    oldOutputs: old.outputs,
  };
  await edge.hooks.run(HookKind.BeforeUpdate, hooks.beforeUpdate, told);
  const handlers = await edge.table.resource(type);
  const id = state.id ?? "";
  if (edge.dryRun) {
    state.outputs = plannedOutputs(handlers, old.outputs ?? {}, inputs);
    await edge.snapshot.commit(state, old);
  } else {
    const end = await edge.snapshot.begin({ resource: old, type: "updating" });
    try {
      const change = {
        id,
        olds: mirrored(unwrapSecrets(old.inputs ?? {})),
        news: mirrored(unwrapSecrets(inputs)),
        outputs: unwrapSecrets(old.outputs ?? {}),
      };
      state.outputs = outputsOf(state, await handlers.update(change, edge.context));
      end();
      await edge.snapshot.commit(state, old);
    } catch (error) {
      end();
      await edge.snapshot.save();
      throw error;
    }
  }
  await after(edge, HookKind.AfterUpdate, hooks.afterUpdate, {
    ...told,
    newOutputs: state.outputs,
  });
  return state;
}

/**
 * Deletes what `old` stands for. `ahead`: its successor is yet to be made, so it stays in the state
 * until then. `spared`: its own deletion is part of another resource's.
 */
export async function remove(
  edge: Edge,
  old: ResourceState,
  options: { readonly ahead?: boolean; readonly spared?: boolean } = {},
): Promise<void> {
  const hooks = old.resourceHooks ?? {};
  const told = deletionSubject(old);
  await edge.hooks.run(HookKind.BeforeDelete, hooks.beforeDelete, told);
  const kept = old.external || old.retainOnDelete || options.spared || !old.custom;
  if (!edge.dryRun && !kept && !old.type.startsWith("pulumi:")) {
    const handlers = await edge.table.resource(old.type);
    const end = await edge.snapshot.begin({ resource: old, type: "deleting" });
    try {
      const known = {
        inputs: mirrored(unwrapSecrets(old.inputs ?? {})),
        outputs: unwrapSecrets(old.outputs ?? {}),
      };
      await handlers.delete(old.id ?? "", known, edge.context);
    } finally {
      end();
      await edge.snapshot.save();
    }
  }
  if (options.ahead) {
    old.pendingReplacement = true;
    await edge.snapshot.save();
  } else {
    await edge.snapshot.remove(old);
  }
  await after(edge, HookKind.AfterDelete, hooks.afterDelete, told);
}

/** The operation itself went well: a failing after-hook fails the run, not the resource. */
async function after(
  edge: Edge,
  kind: HookKind,
  names: readonly string[] | undefined,
  told: Parameters<Hooks["run"]>[2],
): Promise<void> {
  try {
    await edge.hooks.run(kind, names, told);
  } catch (error) {
    edge.report(error, told.urn);
  }
}

function subject(state: ResourceState): { urn: string; id: string | undefined; type: string } {
  const id = state.id === UNKNOWN ? undefined : state.id;
  return { urn: state.urn, id, type: state.type };
}

/** Programs read their own inputs back from a resource's outputs. */
function outputsOf(state: ResourceState, outputs: Properties): Properties {
  const inputs = state.inputs ?? {};
  const all = { ...unwrapSecrets(mirrored(inputs)), ...outputs };
  return markOutputs(all, inputs, state.additionalSecretOutputs ?? []);
}
