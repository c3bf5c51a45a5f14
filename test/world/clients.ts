/** Clients that come by chance (a Poisson process), and a log of what they were answered. */
import type { Cancel } from "../../base/clock.ts";
import type { InProcessLab } from "../../lab/inProcess/lab.ts";
import { SLOT_HEADER } from "../../sidecar/lease.ts";
import type { Random } from "../judge/random.ts";

export interface Answer {
  /** Nominal milliseconds. */
  readonly atMs: number;
  readonly status: number;
  /** Of the slot that answered; "none" for the load balancer's own answers. */
  readonly slot: string;
}

export class Clients {
  /** Since the start, or since the last `forget`. */
  readonly answers: Answer[] = [];
  readonly #lab: InProcessLab;
  readonly #listener: string;
  readonly #random: Random;
  #perSecond = 0;
  #nextMs = 0;
  #cancel: Cancel = () => {};

  constructor(lab: InProcessLab, listener: string, random: Random) {
    this.#lab = lab;
    this.#listener = listener;
    this.#random = random;
  }

  /** From now on so many requests a nominal second, on average; 0 for none. */
  come(perSecond: number): void {
    this.#cancel();
    this.#perSecond = perSecond;
    this.#nextMs = this.#lab.clock.now();
    if (perSecond > 0) this.#await();
  }

  #await(): void {
    this.#nextMs += (-Math.log(1 - this.#random()) / this.#perSecond) * 1000;
    this.#cancel = this.#lab.clock.schedule(Math.round(this.#nextMs), () => {
      this.#await();
      return this.#ask();
    });
  }

  async #ask(): Promise<void> {
    const { clock } = this.#lab;
    const atMs = clock.now();
    const { status, headers } = await this.#lab.request(this.#listener, { path: "/cart" });
    this.answers.push({ atMs, status, slot: String(headers[SLOT_HEADER] ?? "none") });
  }
}
