/** A role, or a policy of it, made a moment ago may not be known to Lambda yet. */
import type { Value } from "../values.ts";

const NOT_YET = ["cannot be assumed by Lambda", "does not have permissions to call"];

/** Undefined, to be tried again, where Lambda refuses as it does a role that is too new. */
export async function unlessRoleIsNew(attempt: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof Error && NOT_YET.some((text) => error.message.includes(text))) {
      return undefined;
    }
    throw error;
  }
}
