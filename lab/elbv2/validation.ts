/** Checks that the SDK's schema cannot make, with AWS's codes and wording where it is known. */
import { AwsError } from "../service.ts";

export function validationError(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

/** For what AWS has and this lab has not: said aloud, never left aside. */
export function notImplemented(what: string): AwsError {
  return new AwsError("NotImplemented", `The lab does not implement ${what}`, 501);
}

function constraint(field: string, value: unknown, rule: string): AwsError {
  return validationError(
    `1 validation error detected: Value '${String(value)}' at '${field}' failed to satisfy ` +
      `constraint: Member must ${rule}`,
  );
}

export function requireEnum(field: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw constraint(field, value, `satisfy enum value set: [${allowed.join(", ")}]`);
}

export function requireRange(field: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value)) throw constraint(field, value, "be an integer");
  if (value < low) throw constraint(field, value, `have value greater than or equal to ${low}`);
  if (value > high) throw constraint(field, value, `have value less than or equal to ${high}`);
}

/** A list that must be there and not empty. */
export function requireList<T>(field: string, value: readonly T[] | undefined): readonly T[] {
  if (value !== undefined && value.length > 0) return value;
  throw validationError(`${field} must contain at least one item`);
}

export function requireText(field: string, value: string | undefined): string {
  if (value !== undefined && value !== "") return value;
  throw constraint(field, value ?? "null", "not be null");
}

/** 1 to 32 letters, digits and hyphens, not at either end. `what` begins the sentence. */
export function requireName(what: string, name: string | undefined): string {
  if (name === undefined || name === "") throw validationError(`${what} name must be specified`);
  if (name.length > 32) {
    throw validationError(`${what} name '${name}' cannot be longer than '32' characters`);
  }
  if (!/^[A-Za-z0-9-]+$/.test(name)) {
    throw validationError(
      `${what} name '${name}' can only contain characters that are alphanumeric characters or ` +
        "hyphens(-)",
    );
  }
  if (name.startsWith("-") || name.endsWith("-")) {
    throw validationError(`${what} name '${name}' cannot begin or end with '-'`);
  }
  return name;
}

/** Refuses members of an input that would change what the lab does. */
export function refuseMembers(input: object, members: readonly string[]): void {
  for (const member of members) {
    const value: unknown = Reflect.get(input, member);
    const empty = value === undefined || (Array.isArray(value) && value.length === 0);
    if (!empty) throw notImplemented(`the parameter ${member}`);
  }
}
