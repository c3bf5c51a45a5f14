/** The order in which resources go: nothing before what depends on it. Pure, except for `sweep`. */
import type { ResourceState } from "./state.ts";

/** All URNs that `state` cannot do without. */
export function needs(state: ResourceState): Set<string> {
  const urns = new Set(state.dependencies);
  for (const dependencies of Object.values(state.propertyDependencies ?? {})) {
    for (const urn of dependencies) urns.add(urn);
  }
  if (state.parent) urns.add(state.parent);
  if (state.deletedWith) urns.add(state.deletedWith);
  if (state.provider) urns.add(state.provider.slice(0, state.provider.lastIndexOf("::")));
  return urns;
}

/**
 * Calls `remove` for each of `doomed`, in parallel where nothing forbids it: a resource goes after
 * all doomed ones that need it. What needs a resource that failed to go stays. `stopped` is asked
 * before each.
 */
export async function sweep(
  doomed: readonly ResourceState[],
  remove: (state: ResourceState) => Promise<boolean>,
  stopped: () => boolean,
): Promise<void> {
  const waiting = new Set(doomed);
  const running = new Map<ResourceState, Promise<void>>();
  const stuck = new Set<ResourceState>();
  const held = (state: ResourceState): boolean =>
    [...waiting, ...stuck].some((other) => other !== state && needs(other).has(state.urn));
  const one = async (state: ResourceState): Promise<void> => {
    if (!(await remove(state))) stuck.add(state);
    waiting.delete(state);
    running.delete(state);
  };
  for (;;) {
    const idle = stopped() ? [] : [...waiting].filter((state) => !running.has(state));
    for (const state of idle.filter((candidate) => !held(candidate))) {
      running.set(state, one(state));
    }
    if (running.size === 0) return;
    await Promise.race(running.values());
  }
}

/**
 * The resources that have to go ahead of `root` when it is deleted before its replacement: those
 * whose own replacement follows from it, the most dependent first. `replaced(state, properties)`
 * tells whether unknown values in those inputs would replace a resource.
 */
export async function dependentReplacements(
  root: ResourceState,
  all: readonly ResourceState[],
  replaced: (state: ResourceState, properties: readonly string[]) => Promise<boolean>,
): Promise<ResourceState[]> {
  const urns = new Set([root.urn]);
  const found: ResourceState[] = [];
  for (const state of all) {
    if (state === root || !state.custom || state.external || state.delete) continue;
    if (state.pendingReplacement) continue;
    const touched = Object.entries(state.propertyDependencies ?? {})
      .filter(([, dependencies]) => dependencies.some((urn) => urns.has(urn)))
      .map(([property]) => property);
    const goes = state.deletedWith !== undefined && urns.has(state.deletedWith);
    if (!goes && (touched.length === 0 || !(await replaced(state, touched)))) continue;
    urns.add(state.urn);
    found.push(state);
  }
  return found.toReversed();
}
