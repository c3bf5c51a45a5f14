/** Timers that wait for a clock moved by hand: a binary heap by time, then by age. */
interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void | Promise<void>;
  cancelled: boolean;
}

export class TimerQueue {
  /** Each timer comes before the two at twice its index plus 1 and 2. */
  #heap: Timer[] = [];
  #order = 0;

  /** Returns how to cancel it. */
  add(at: number, callback: Timer["callback"]): () => void {
    const timer: Timer = { at, order: this.#order++, callback, cancelled: false };
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
    return () => {
      timer.cancelled = true;
    };
  }

  /** Takes out the first timer due by `nowMs`, if any. */
  takeDue(nowMs: number): Timer | undefined {
    for (;;) {
      const first = this.#heap[0];
      // A cancelled timer leaves when its turn comes: finding it earlier would cost a search.
      if (!first || (first.at > nowMs && !first.cancelled)) return undefined;
      const last = this.#heap.pop();
      if (last && last !== first) {
        this.#heap[0] = last;
        this.#sink();
      }
      if (!first.cancelled) return first;
    }
  }

  #rise(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      if (!this.#before(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #sink(): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const child = this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#before(child, index)) return;
      this.#swap(index, child);
      index = child;
    }
  }

  /** Whether there is a timer at both indices and the one at `a` runs first. */
  #before(a: number, b: number): boolean {
    const one = this.#heap[a];
    const other = this.#heap[b];
    if (!one || !other) return false;
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const one = this.#heap[a];
    const other = this.#heap[b];
    if (!one || !other) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}
