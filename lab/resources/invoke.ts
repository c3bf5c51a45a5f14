/** Calling a function of the table: its arguments checked as a resource's inputs are. */
import { checkShape, listed } from "./shape.ts";
import type { Context, ResourceTable } from "./types.ts";
import type { Properties } from "./values.ts";

/** Rejects with every problem of `args` (secrets unwrapped, all known) named by its path. */
export async function callInvoke(
  table: ResourceTable,
  token: string,
  args: Properties,
  context: Context,
): Promise<Properties> {
  const invoke = await table.invoke(token);
  const { region, ...rest } = args;
  const problems = checkShape(invoke.inputs, rest);
  if (typeof region === "string" && region !== context.region) {
    problems.push({ property: "region", reason: `must be ${context.region}, not ${region}` });
  }
  if (problems.length > 0) {
    throw new TypeError(`invalid arguments of ${token}: ${listed(problems)}`);
  }
  return invoke.call(rest, context);
}
