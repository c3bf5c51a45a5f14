/**
 * The links of the way home as the simulated cloud obeys them: what a fault of the guard broke of the
 * alarm, its permission, the guard's role and its function. That a mute which ends over an alarm in
 * ALARM runs its actions is left out.
 */
import type { AnySignal } from "../../guard/signals.ts";
import type { Slot } from "../../guard/slot.ts";
import type { Surroundings } from "../drills/surroundings.ts";
import type { Random } from "../judge/random.ts";

/** What the guard's role must be allowed for a call over the simulated wire. */
const ACTIONS: Readonly<Record<string, string>> = {
  "traffic.write": "elasticloadbalancing:ModifyListener",
  "store.read": "dynamodb:GetItem",
  "store.replace": "dynamodb:PutItem",
  "store.putReversion": "dynamodb:PutItem",
  "topic.notify": "sns:Publish",
};

/** Whose API a call is. */
const SERVICES: Readonly<Record<string, string>> = {
  traffic: "elasticloadbalancing",
  store: "dynamodb",
};

export class Links {
  readonly #around: Surroundings;
  readonly #random: Random;

  constructor(around: Surroundings, random: Random) {
    this.#around = around;
    this.#random = random;
  }

  /** Whether the slot's guard alarm has its actions. */
  hasActions(slot: Slot): boolean {
    return slot !== "green" || this.#machinery.actionsEnabled;
  }

  isMuted(slot: Slot): boolean {
    return slot === "green" && this.#machinery.isMuted;
  }

  permits(slot: Slot): boolean {
    return slot !== "green" || this.#machinery.permissions.length > 0;
  }

  /** `blind`: it has no data. `warming`: it is not evaluated. */
  sightOf(slot: Slot, signal: AnySignal): "seeing" | "blind" | "warming" {
    const definition = this.#machinery.definitions.get(`checkout-${slot}-${signal}`);
    if (!definition) return "seeing";
    if (definition["WarmUpConfiguration"] !== undefined) return "warming";
    return JSON.stringify(definition).includes("backout-drill") ? "blind" : "seeing";
  }

  get functionRuns(): boolean {
    return this.#machinery.reserved !== 0;
  }

  /** How the guard's function is told to fail, and when Lambda ends it. */
  get functionState() {
    return this.#machinery.state;
  }

  /** Whether a call of the guard's is refused; of an API that fails now and then, by chance. */
  refuses(process: { readonly name: string }, call: string): boolean {
    if (!process.name.startsWith("guard")) return false;
    const action = ACTIONS[call];
    if (action !== undefined && this.#machinery.isDenied(action)) return true;
    const service = SERVICES[call.split(".")[0] ?? ""];
    return [...this.#around.apiFaults.values()].some(
      (order) => order.service === service && this.#random() < order.probability,
    );
  }

  get #machinery() {
    return this.#around.machinery;
  }
}
