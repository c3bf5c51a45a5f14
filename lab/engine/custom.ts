/** Registering a custom resource: checked, compared with what is, and made so. */
import { checkInputs } from "../resources/check.ts";
import { compareInputs } from "../resources/diff.ts";
import { parsePath, resetPath } from "../resources/paths.ts";
import { listed } from "../resources/shape.ts";
import { UNKNOWN, unwrapSecrets, type Properties } from "../resources/values.ts";
import type { Course } from "./course.ts";
import { decide, type Decision } from "./decide.ts";
import { StepKind } from "./events.ts";
import { OperationError } from "./failures.ts";
import { create, remove, update } from "./operations.ts";
import { stateOf, type Registration } from "./registration.ts";
import { dependentReplacements } from "./removals.ts";
import { remark } from "./secrets.ts";
import type { ResourceState } from "./state.ts";

export async function registerCustom(
  course: Course,
  registration: Registration,
  provider: string,
): Promise<ResourceState> {
  const { edge } = course;
  const type = await edge.table.resource(registration.type);
  const old = course.findOld(registration);
  const given = ignoring(course, registration, old);
  let inputs = await checked(course, registration, old, given);
  const decision = decide(old, { ...registration, inputs }, type);
  course.refuseIfStopped();

  if (old && decision.kind === StepKind.Replace) {
    if (old.protect) throw new OperationError(`unable to replace: ${PROTECTED}`);
    // Another resource gets another generated name.
    inputs = await checked(course, registration, undefined, given);
    const wanted = { ...stateOf(registration, inputs), provider };
    return course.step(registration, decision, () => replace(course, old, wanted, decision));
  }
  const wanted: ResourceState = { ...stateOf(registration, inputs), provider };
  if (!old || decision.kind === StepKind.Create) {
    return course.step(registration, decision, () => create(edge, wanted, old));
  }
  const next = { ...wanted, ...carried(old) };
  if (decision.kind === StepKind.Update) {
    return course.step(registration, decision, () => update(edge, old, next));
  }
  return course.step(registration, decision, async () => {
    const same = { ...next, outputs: old.outputs ?? {} };
    await edge.snapshot.commit(same, old);
    return same;
  });
}

export const PROTECTED =
  "it is protected; to unprotect it, remove the protect option and run up once";

/** What a resource that stays keeps from before. */
function carried(old: ResourceState): Partial<ResourceState> {
  return {
    ...(old.id === undefined ? {} : { id: old.id }),
    ...(old.created === undefined ? {} : { created: old.created }),
    ...(old.modified === undefined ? {} : { modified: old.modified }),
  };
}

async function replace(
  course: Course,
  old: ResourceState,
  wanted: ResourceState,
  decision: Decision,
): Promise<ResourceState> {
  const { edge } = course;
  if (decision.deleteFirst) {
    const leftovers = edge.snapshot.leftovers();
    const first = await dependentReplacements(old, leftovers, (state, properties) =>
      replacedByUnknown(course, state, properties),
    );
    const locked = first.find((dependent) => dependent.protect);
    if (locked) throw new OperationError(`${locked.urn} would have to go first, but ${PROTECTED}`);
    for (const state of [...first, old]) await remove(edge, state, { ahead: true });
  }
  return create(edge, wanted, old);
}

/** Whether unknown values in these inputs would replace the resource. */
async function replacedByUnknown(
  course: Course,
  state: ResourceState,
  properties: readonly string[],
): Promise<boolean> {
  const type = await course.edge.table.resource(state.type);
  const olds = unwrapSecrets(state.inputs ?? {});
  const news = { ...olds };
  for (const property of properties) if (property in news) news[property] = UNKNOWN;
  const patterns = [...type.replaceOn, ...(state.replaceOnChanges ?? [])];
  return compareInputs(type.inputs, patterns, olds, news).replaces.length > 0;
}

/** The program's inputs, with what `ignoreChanges` names as it was. */
function ignoring(
  course: Course,
  registration: Registration,
  old: ResourceState | undefined,
): Properties {
  const { urn, ignoreChanges } = registration;
  if (!old?.inputs || ignoreChanges.length === 0) return registration.inputs;
  const olds = old.inputs;
  const inputs = structuredClone(registration.inputs);
  const missed = ignoreChanges.filter((pattern) => {
    const path = parsePath(pattern);
    return path !== undefined && !resetPath(path, olds, inputs);
  });
  if (missed.length > 0) {
    const paths = missed.map((path) => JSON.stringify(path)).join(", ");
    const message = `cannot ignore changes in added or removed elements of the path: ${paths}`;
    course.settings.emit({ type: "log", severity: "info", message, urn });
  }
  return inputs;
}

async function checked(
  course: Course,
  registration: Registration,
  old: ResourceState | undefined,
  given: Properties,
): Promise<Properties> {
  const { inputs, problems } = await checkInputs(
    await course.edge.table.resource(registration.type),
    registration.name,
    old?.inputs && !old.pendingReplacement ? unwrapSecrets(old.inputs) : undefined,
    unwrapSecrets(given),
    course.settings.region,
  );
  if (problems.length > 0) {
    throw new OperationError(`invalid inputs: ${listed(problems)}`, problems);
  }
  return remark(given, inputs);
}
