/** What one run has done so far: its steps, its errors, whether it goes on, and what still runs. */
import { StepKind, type EngineEvent, type RunError, type Step } from "./events.ts";
import { runError, StoppedError } from "./failures.ts";
import type { Edge } from "./operations.ts";
import type { Registration } from "./registration.ts";
import type { ResourceState } from "./state.ts";
import { parseUrn } from "./urn.ts";

export interface Settings {
  readonly stack: string;
  readonly project: string;
  readonly region: string;
  readonly emit: (event: EngineEvent) => void;
}

export class Course {
  readonly steps: Step[] = [];
  readonly errors: RunError[] = [];
  readonly edge: Edge;
  readonly settings: Settings;
  /** URNs that the program has registered. */
  readonly seen = new Set<string>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #stop = Promise.withResolvers<void>();
  /** Resolves when the run is stopped, by an error or from outside; not when it ends well. */
  readonly whenStopped = this.#stop.promise;
  #stopped = false;

  constructor(edge: Omit<Edge, "report">, settings: Settings) {
    this.edge = { ...edge, report: (error, urn) => this.fail(runError(error, urn)) };
    this.settings = settings;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** No operation starts any more; those that run go on to their end. */
  stop(): void {
    this.#stopped = true;
    this.#stop.resolve();
  }

  fail(error: RunError): void {
    this.errors.push(error);
    this.stop();
  }

  /** Counts `work` among what runs, and makes its failure the run's. */
  track<T>(urn: string, work: () => Promise<T>): Promise<T> {
    const task = this.#guarded(urn, work);
    this.#running.add(task);
    const forget = (): void => void this.#running.delete(task);
    task.then(forget, forget);
    return task;
  }

  async #guarded<T>(urn: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoppedError)) this.fail(runError(error, urn));
      throw error;
    }
  }

  /** Resolves when nothing runs. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  refuseIfStopped(): void {
    if (this.#stopped) throw new StoppedError("the run was stopped before this resource");
  }

  /** The resource that `registration` continues, found by its URN or by an alias. */
  findOld(registration: Registration): ResourceState | undefined {
    for (const urn of [registration.urn, ...registration.aliases]) {
      const old = this.edge.snapshot.old(urn);
      if (old && (urn === registration.urn || !this.seen.has(urn))) return old;
    }
    return undefined;
  }

  /** Does one step and tells of its beginning and end. */
  async step<T>(
    of: { readonly urn: string; readonly type: string; readonly custom: boolean },
    what: Pick<Step, "kind" | "changed" | "replaces">,
    act: () => Promise<T>,
  ): Promise<T> {
    const { urn, type, custom } = of;
    const { kind, changed, replaces } = what;
    const step: Step = { kind, urn, type, name: parseUrn(urn).name, custom, changed, replaces };
    const { emit } = this.settings;
    const startedAt = performance.now();
    emit({ type: "step.started", step });
    try {
      const result = await act();
      this.steps.push(step);
      emit({ type: "step.finished", step, wallMs: Math.round(performance.now() - startedAt) });
      return result;
    } catch (error) {
      emit({ type: "step.failed", step, error: runError(error, urn) });
      throw error;
    }
  }
}

/** A step without changed inputs. */
export function plainStep(kind: StepKind): Pick<Step, "kind" | "changed" | "replaces"> {
  return { kind, changed: [], replaces: [] };
}
