/** Work that takes wall time while a clock moved by hand must stand still. */
export interface HeldWorkOptions {
  /**
   * Wall milliseconds that nominal time waits for one piece of work; one that lasts longer goes on
   * beside the clock.
   * @default Infinity
   */
  readonly patienceWallMs?: number;
  /** Called with the names of the pieces that are no longer waited for. */
  onOverdue?(names: readonly string[]): void;
}

export class HeldWork {
  readonly #options: HeldWorkOptions;
  readonly #held = new Map<Promise<void>, string>();

  constructor(options: HeldWorkOptions = {}) {
    this.#options = options;
  }

  hold(name: string, work: Promise<unknown>): void {
    const ended = work.then(
      () => void this.#held.delete(ended),
      () => void this.#held.delete(ended),
    );
    this.#held.set(ended, name);
  }

  /**
   * Resolves when nothing is held any more, and what followed from it has come to rest: promises
   * that were kept, callbacks that were put off to the event loop's next turn. A timer's `work` is
   * held too; when it fails, this rejects.
   */
  async settled(work?: Promise<void>): Promise<void> {
    let failure: { readonly error: unknown } | undefined;
    if (work) {
      const done = work.catch((error: unknown) => {
        failure = { error };
      });
      this.hold("a timer", done);
    }
    for (;;) {
      await nextTurn();
      if (failure) throw failure.error;
      if (this.#held.size === 0) return;
      await this.#patiently(Promise.all(this.#held.keys()));
    }
  }

  async #patiently(work: Promise<unknown>): Promise<void> {
    const { patienceWallMs = Infinity } = this.#options;
    if (patienceWallMs === Infinity) {
      await work;
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const overdue = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#options.onOverdue?.([...this.#held.values()]);
        this.#held.clear();
        resolve();
      }, patienceWallMs);
    });
    try {
      await Promise.race([work, overdue]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
