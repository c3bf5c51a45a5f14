/** All alarms by name, and which composite alarms read, or are suppressed by, which others. */
import { AwsError } from "../../service.ts";
import type { Alarm, CompositeAlarm } from "./alarm.ts";
import { nameOf } from "./rule.ts";

export class AlarmBook {
  #alarms = new Map<string, Alarm>();
  #parents = new Relation();
  #suppressed = new Relation();

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
    return this.#composites(this.#parents.of(name));
  }

  /** The composite alarms whose actions this one suppresses. */
  suppressedBy(name: string): readonly CompositeAlarm[] {
    return this.#composites(this.#suppressed.of(name));
  }

  #composites(names: readonly string[]): readonly CompositeAlarm[] {
    const found = names.map((name) => this.#alarms.get(name));
    return found.filter((alarm) => alarm?.kind === "composite");
  }

  #link({ definition }: CompositeAlarm): void {
    for (const child of definition.children) this.#parents.add(child, definition.name);
    if (definition.suppressor)
      this.#suppressed.add(nameOf(definition.suppressor.alarm), definition.name);
  }

  #unlink({ definition }: CompositeAlarm): void {
    for (const child of definition.children) this.#parents.remove(child, definition.name);
    if (definition.suppressor)
      this.#suppressed.remove(nameOf(definition.suppressor.alarm), definition.name);
  }
}

/** Names by the name that they depend on. */
class Relation {
  #dependents = new Map<string, Set<string>>();

  of(name: string): readonly string[] {
    return [...(this.#dependents.get(name) ?? [])];
  }

  add(name: string, dependent: string): void {
    const dependents = this.#dependents.get(name) ?? new Set();
    this.#dependents.set(name, dependents.add(dependent));
  }

  remove(name: string, dependent: string): void {
    const dependents = this.#dependents.get(name);
    dependents?.delete(dependent);
    if (dependents?.size === 0) this.#dependents.delete(name);
  }
}
