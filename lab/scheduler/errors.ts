/** EventBridge Scheduler's errors. */
import { AwsError } from "../service.ts";

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

export function constraint(
  value: string | number | undefined,
  member: string,
  demand: string,
): AwsError {
  return invalid(
    `1 validation error detected: Value '${value ?? "null"}' at '${member}' failed to ` +
      `satisfy constraint: ${demand}`,
  );
}

export function notFound(what: string): AwsError {
  return new AwsError("ResourceNotFoundException", `${what} does not exist.`, 404);
}

export function conflict(what: string): AwsError {
  return new AwsError("ConflictException", `${what} already exists.`, 409);
}
