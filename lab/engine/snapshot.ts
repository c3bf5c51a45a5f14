/**
 * The stack's resources while a run changes them: what was, what is registered so far, and what is
 * under way. Registered resources come first, so that each stands after all it depends on.
 */
import { writeState, type PendingOperation, type ResourceState, type StateFile } from "./state.ts";

export class Snapshot {
  readonly olds: readonly ResourceState[];
  readonly #news: ResourceState[] = [];
  readonly #gone = new Set<ResourceState>();
  readonly #pending = new Set<PendingOperation>();
  readonly #byUrn = new Map<string, ResourceState>();
  readonly #write: ((state: StateFile) => Promise<void>) | undefined;
  #writing: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;

  /** Without a `file` nothing is ever written: a preview. */
  constructor(olds: readonly ResourceState[], file: string | undefined) {
    this.olds = olds;
    this.#write = file === undefined ? undefined : (state) => writeState(file, state);
    for (const old of olds) if (!old.delete) this.#byUrn.set(old.urn, old);
  }

  /** The live resource of `urn` before this run. */
  old(urn: string): ResourceState | undefined {
    return this.#byUrn.get(urn);
  }

  registered(urn: string): ResourceState | undefined {
    return this.#news.find((state) => state.urn === urn);
  }

  resources(): ResourceState[] {
    return [...this.#news, ...this.olds.filter((old) => !this.#gone.has(old))];
  }

  /** Old resources that this run has neither registered again nor removed. */
  leftovers(): ResourceState[] {
    return this.olds.filter((old) => !this.#gone.has(old));
  }

  /** `state` is now the resource of its URN; `supersedes` leaves the list. */
  commit(state: ResourceState, supersedes?: ResourceState): Promise<void> {
    this.#news.push(state);
    if (supersedes) this.#gone.add(supersedes);
    return this.save();
  }

  remove(state: ResourceState): Promise<void> {
    this.#gone.add(state);
    return this.save();
  }

  /** Says in the file, before the act, that an operation begins; the result ends it. */
  async begin(operation: PendingOperation): Promise<() => void> {
    this.#pending.add(operation);
    await this.save();
    return () => void this.#pending.delete(operation);
  }

  /** Resolves once a state at least as new as this moment's is in the file. */
  save(): Promise<void> {
    const write = this.#write;
    if (!write) return Promise.resolve();
    // Whoever asks while a write runs shares the one after it.
    this.#waiting ??= this.#writing.then(() => {
      this.#waiting = undefined;
      this.#writing = write({ resources: this.resources(), pending: [...this.#pending] });
      return this.#writing;
    });
    return this.#waiting;
  }
}
