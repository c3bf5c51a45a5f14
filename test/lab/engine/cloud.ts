/** A cloud in memory with one type of resource: the engine's table is a parameter. */
import { defineInvoke, defineResource, type ResourceTable } from "../../../lab/resources/types.ts";
import { list, map, number, object, text } from "../../../lab/resources/shape.ts";
import { textOf, type Properties } from "../../../lab/resources/values.ts";

export type Operation = "create" | "update" | "delete";

function copyOf(inputs: object): Properties {
  const copy: Properties = JSON.parse(JSON.stringify(inputs));
  return copy;
}

export class Cloud implements ResourceTable {
  /** `create web-1`, in the order in which operations began. */
  readonly journal: string[] = [];
  /** What exists, by id. */
  readonly things = new Map<string, Properties>();
  /** Called within each operation; what it throws fails the operation. */
  during: (operation: Operation, name: string) => void | Promise<void> = () => {};
  #serial = 0;

  /** Things by name, sorted. */
  names(): string[] {
    return [...this.things.values()].map((thing) => textOf(thing["name"])).sort();
  }

  async #do(operation: Operation, name: string): Promise<void> {
    this.journal.push(`${operation} ${name}`);
    await this.during(operation, name);
  }

  readonly #thing = defineResource({
    token: "test:index:Thing",
    inputs: {
      name: text,
      kind: text,
      size: number,
      needs: text,
      note: text,
      parts: list(object({ key: text, weight: number })),
      tags: map(text),
    },
    autoname: { property: "name", maxLength: 20 },
    replaceOn: ["name", "kind", "needs"],
    volatile: ["generation"],
    create: async (inputs) => {
      await this.#do("create", textOf(inputs.name));
      const id = `t-${++this.#serial}`;
      this.things.set(id, copyOf(inputs));
      return { id, outputs: { arn: `arn:${id}`, generation: 1 } };
    },
    read: async (id) => {
      const thing = this.things.get(id);
      return thing && { ...thing, arn: `arn:${id}` };
    },
    update: async ({ id, news, outputs }) => {
      await this.#do("update", textOf(news.name));
      this.things.set(id, copyOf(news));
      return { arn: `arn:${id}`, generation: Number(outputs["generation"]) + 1 };
    },
    delete: async (id, { inputs }) => {
      await this.#do("delete", textOf(inputs.name));
      this.things.delete(id);
    },
  });

  readonly #count = defineInvoke({
    token: "test:index:count",
    inputs: { kind: text },
    call: async ({ kind }) => ({
      count: [...this.things.values()].filter((thing) => thing["kind"] === kind).length,
    }),
  });

  async resource(token: string) {
    if (token === this.#thing.token) return this.#thing;
    throw new Error(`unknown resource type ${token}`);
  }

  async invoke(token: string) {
    if (token === this.#count.token) return this.#count;
    throw new Error(`unknown function ${token}`);
  }
}
