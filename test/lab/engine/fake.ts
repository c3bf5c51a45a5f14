/** A tiny cloud in memory: the engine's table is a parameter, so its tests need no AWS. */
import { defineResource, type ResourceTable, type ResourceType } from "../../../lab/resources/types.ts";
import { map, text } from "../../../lab/resources/shape.ts";
let n = 0;
const topic: ResourceType = defineResource({
  token: "aws:sns/topic:Topic",
  inputs: { name: text, displayName: text, tags: map(text) },
  autoname: { property: "name", maxLength: 256 },
  replaceOn: ["name"],
  async create(inputs) { n++; return { id: `arn:${inputs.name}`, outputs: { arn: `arn:${inputs.name}` } }; },
  async read(id) { return { arn: id }; },
  async update({ id }) { return { arn: id }; },
  async delete() {},
});
export function fakeTable(): ResourceTable {
  return { resource: async () => topic, invoke: async () => { throw new Error("none"); } };
}
