/** All alarms of the lab by name, and which composite alarms read which others. */
import { AwsError } from "../../service.ts";
import type { Alarm, CompositeAlarm } from "./alarm.ts";

export class AlarmBook {
  #alarms = new Map<string, Alarm>();
  #parents = new Map<string, Set<string>>();

  get(name: string): Alarm | undefined {
    return this.#alarms.get(name);
  }

  get size(): number {
    return this.#alarms.size;
  }

  /** Throws `ResourceNotFound`. */
  require(name: string): Alarm {
    const alarm = this.#alarms.get(name);
    if (!alarm) throw new AwsError("ResourceNotFound", `Alarm ${name} does not exist`, 404);
    return alarm;
  }

  all(): Iterable<Alarm> {
    return this.#alarms.values();
  }

  add(alarm: Alarm): void {
    this.#alarms.set(alarm.definition.name, alarm);
    if (alarm.kind === "composite") this.#link(alarm);
  }

  /** Gives a composite alarm another rule. */
  redefine(alarm: CompositeAlarm, definition: CompositeAlarm["definition"]): void {
    this.#unlink(alarm);
    alarm.definition = definition;
    this.#link(alarm);
  }

  remove(alarm: Alarm): void {
    if (alarm.kind === "composite") this.#unlink(alarm);
    this.#alarms.delete(alarm.definition.name);
  }

  /** The composite alarms whose rule names this one, in order of their creation. */
  parentsOf(name: string): readonly CompositeAlarm[] {
    const parents = [...(this.#parents.get(name) ?? [])].map((parent) => this.#alarms.get(parent));
    return parents.filter((parent) => parent?.kind === "composite");
  }

  #link({ definition }: CompositeAlarm): void {
    for (const child of definition.children) {
      const parents = this.#parents.get(child) ?? new Set();
      this.#parents.set(child, parents.add(definition.name));
    }
  }

  #unlink({ definition }: CompositeAlarm): void {
    for (const child of definition.children) {
      const parents = this.#parents.get(child);
      parents?.delete(definition.name);
      if (parents?.size === 0) this.#parents.delete(child);
    }
  }
}
