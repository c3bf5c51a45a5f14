/** When the drill's fault really acted, second by second: what nobody in the simulation is told. */
import { type Cancel, type Clock, every } from "../../base/clock.ts";

const LOOK_MS = 500;
/** A sidecar's look, and one that it missed: a task that starts may serve so long before it knows. */
const SLACK_MS = 3_000;

export class Truth {
  readonly #inactive: { fromMs: number; toMs: number }[] = [];
  #wasActive = true;
  /** Looks no more. */
  readonly end: Cancel;

  constructor(clock: Clock, isActive: () => boolean) {
    this.end = every(clock, LOOK_MS, (atMs) => {
      const isNow = isActive();
      const last = this.#inactive.at(-1);
      if (!isNow && (this.#wasActive || !last)) this.#inactive.push({ fromMs: atMs, toMs: atMs });
      else if (!isNow && last) last.toMs = atMs;
      this.#wasActive = isNow;
    });
  }

  /** A time at which the fault did not act, well within the span; null when there is none. */
  gapIn(fromMs: number, toMs: number): number | null {
    const gap = this.#inactive.find(
      (one) => Math.min(one.toMs, toMs) - Math.max(one.fromMs, fromMs) > SLACK_MS,
    );
    return gap?.fromMs ?? null;
  }
}
