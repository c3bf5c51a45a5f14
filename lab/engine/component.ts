/** Registering a component (or the stack): no operation of AWS's, but hooks, outputs and state. */
import type { Properties } from "../resources/values.ts";
import type { Course } from "./course.ts";
import { decide } from "./decide.ts";
import { StepKind } from "./events.ts";
import { OperationError } from "./failures.ts";
import { stateOf, type Registration } from "./registration.ts";
import { HookKind, type ResourceState } from "./state.ts";

/** What RegisterResourceOutputs has to know of the registration before it. */
export interface OpenComponent {
  readonly state: ResourceState;
  readonly old: ResourceState | undefined;
  readonly kind: StepKind;
}

export async function registerComponent(
  course: Course,
  registration: Registration,
): Promise<OpenComponent> {
  course.refuseIfStopped();
  const { hooks, inputs } = registration;
  const old = course.findOld(registration);
  const decision = decide(old, { ...registration, deleteBeforeReplace: undefined }, undefined);
  const now = new Date().toISOString();
  const state: ResourceState = {
    ...stateOf(registration, inputs),
    outputs: old?.outputs ?? {},
    created: old?.created ?? now,
    modified: old?.modified ?? now,
  };
  await course.step(registration, decision, async () => {
    if (decision.kind === StepKind.Create) {
      await course.edge.hooks.run(HookKind.BeforeCreate, hooks.beforeCreate, told(state));
    } else if (decision.kind === StepKind.Update) {
      await course.edge.hooks.run(HookKind.BeforeUpdate, hooks.beforeUpdate, told(state, old));
    }
    await course.edge.snapshot.commit(state, old);
  });
  return { state, old, kind: decision.kind };
}

/** The component is complete: its outputs, then its after-hooks. */
export async function completeComponent(
  course: Course,
  urn: string,
  open: OpenComponent | undefined,
  outputs: Properties,
): Promise<void> {
  if (!open) throw new OperationError(`${urn} was not registered`);
  const { state, old, kind } = open;
  state.outputs = outputs;
  await course.edge.snapshot.save();
  const hooks = state.resourceHooks ?? {};
  if (kind === StepKind.Create) {
    const subject = { ...told(state), newOutputs: outputs };
    await course.edge.hooks.run(HookKind.AfterCreate, hooks.afterCreate, subject);
  } else if (kind === StepKind.Update) {
    const subject = { ...told(state, old), newOutputs: outputs };
    await course.edge.hooks.run(HookKind.AfterUpdate, hooks.afterUpdate, subject);
  }
}

function told(state: ResourceState, old?: ResourceState) {
  return {
    urn: state.urn,
    id: undefined,
    type: state.type,
    newInputs: state.inputs,
    oldInputs: old?.inputs,
    oldOutputs: old?.outputs,
  };
}
