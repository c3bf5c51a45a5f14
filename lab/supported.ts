/** Refuses the parameters that an operation would otherwise silently ignore. */
import { AwsError } from "./service.ts";

/** The lab knows the operation but not `what` of it; 501 as for a whole unknown operation. */
export function notImplemented(operation: string, what: string): AwsError {
  return new AwsError("NotImplemented", `${operation}: the lab does not implement ${what}`, 501);
}

/**
 * Throws when `input` has a member outside `supported`. Empty lists count as absent: that is how an
 * empty list arrives in the query protocols.
 */
export function refuseUnsupported(
  operation: string,
  input: object,
  supported: readonly string[],
): void {
  const names = Object.entries(input)
    .filter(([, value]) => value !== undefined && value !== null)
    .filter(([, value]) => !(Array.isArray(value) && value.length === 0))
    .map(([name]) => name)
    .filter((name) => !supported.includes(name));
  if (names.length > 0) throw notImplemented(operation, `the parameter ${names.join(", ")}`);
}
