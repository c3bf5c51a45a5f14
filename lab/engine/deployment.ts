/** One run's deployment: what the program registers becomes so, and what it leaves out goes. */
import { callInvoke } from "../resources/invoke.ts";
import { unwrapSecrets, type Properties } from "../resources/values.ts";
import { completeComponent, registerComponent, type OpenComponent } from "./component.ts";
import { plainStep, type Course } from "./course.ts";
import { PROTECTED, registerCustom } from "./custom.ts";
import { StepKind } from "./events.ts";
import { OperationError, runError } from "./failures.ts";
import { remove } from "./operations.ts";
import { isProviderType, Providers } from "./providers.ts";
import { stateOf, type Registration } from "./registration.ts";
import { sweep } from "./removals.ts";
import type { ResourceState } from "./state.ts";
import { STACK_TYPE } from "./urn.ts";

export class Deployment {
  stackOutputs: Properties = {};
  readonly course: Course;
  readonly #providers: Providers;
  readonly #components = new Map<string, OpenComponent>();

  constructor(course: Course) {
    this.course = course;
    this.#providers = new Providers(course);
  }

  /** Makes the program's wish true (or, in a preview, finds out how). */
  register(registration: Registration): Promise<ResourceState> {
    const { urn, custom, type } = registration;
    return this.course.track(urn, async () => {
      if (this.course.seen.has(urn)) {
        throw new OperationError(`duplicate resource URN ${urn}; give it a unique name`);
      }
      this.course.seen.add(urn);
      if (isProviderType(type)) return this.#providers.register(registration);
      if (custom) {
        const provider = await this.#providers.referenceFor(registration);
        return registerCustom(this.course, registration, provider);
      }
      const open = await registerComponent(this.course, registration);
      this.#components.set(urn, open);
      return open.state;
    });
  }

  registerOutputs(urn: string, outputs: Properties): Promise<void> {
    return this.course.track(urn, async () => {
      const open = this.#components.get(urn);
      if (open?.state.type === STACK_TYPE) this.stackOutputs = outputs;
      await completeComponent(this.course, urn, open, outputs);
    });
  }

  /** A look at a resource that the stack does not own (`Resource.get`). */
  read(registration: Registration, id: string): Promise<ResourceState> {
    const { urn, inputs } = registration;
    const { edge } = this.course;
    return this.course.track(urn, async () => {
      this.course.seen.add(urn);
      const provider = await this.#providers.referenceFor(registration);
      const type = await edge.table.resource(registration.type);
      return this.course.step(registration, plainStep(StepKind.Read), async () => {
        const outputs = await type.read(id, edge.context, unwrapSecrets(inputs));
        if (!outputs) throw new Error(`there is no ${registration.type} with id ${id}`);
        const old = this.course.findOld(registration);
        const state = { ...stateOf(registration, inputs), provider, id, external: true, outputs };
        await edge.snapshot.commit(state, old);
        return state;
      });
    });
  }

  invoke(token: string, args: Properties): Promise<Properties> {
    const { table, context } = this.course.edge;
    return callInvoke(table, token, unwrapSecrets(args), context);
  }

  /** Deletes what the program no longer has, and what was replaced. For a program that succeeded. */
  async removeLeftovers(): Promise<void> {
    await this.course.settled();
    if (!this.course.stopped) await this.removeAll(this.course.edge.snapshot.leftovers());
  }

  /** Deletes `doomed` in the order of their dependencies; refuses all when one is protected. */
  async removeAll(doomed: readonly ResourceState[]): Promise<void> {
    for (const { urn } of doomed.filter((state) => state.protect && !state.delete)) {
      this.course.fail(runError(new OperationError(`cannot be deleted: ${PROTECTED}`), urn));
    }
    if (this.course.stopped) return;
    const urns = new Set(doomed.map((state) => state.urn));
    const one = async (state: ResourceState): Promise<boolean> => {
      const spared = state.deletedWith !== undefined && urns.has(state.deletedWith);
      try {
        await this.course.track(state.urn, () => this.#removeOne(state, spared));
        return true;
      } catch {
        return false;
      }
    };
    await sweep(doomed, one, () => this.course.stopped);
  }

  async #removeOne(state: ResourceState, spared: boolean): Promise<void> {
    const { edge } = this.course;
    // Deleted ahead of a replacement that never came.
    if (state.pendingReplacement) return edge.snapshot.remove(state);
    // The deletion of a replaced resource is part of its replacement's step.
    if (state.delete || isProviderType(state.type)) return remove(edge, state, { spared });
    return this.course.step(state, plainStep(StepKind.Delete), () =>
      remove(edge, state, { spared }),
    );
  }
}
