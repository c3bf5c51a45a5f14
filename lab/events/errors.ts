/** EventBridge's errors. */
import { AwsError } from "../service.ts";

export function invalidPattern(reason: string): AwsError {
  return new AwsError(
    "InvalidEventPatternException",
    `Event pattern is not valid. Reason: ${reason}`,
  );
}

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/** The general sentence of AWS's request validation. */
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

export function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message);
}
