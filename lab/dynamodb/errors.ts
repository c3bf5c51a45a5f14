/** DynamoDB's errors, worded as DynamoDB words them. */
import { AwsError } from "../service.ts";

/** Not in the SDK's schema, though it is DynamoDB's most frequent error. */
export function validation(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

export function invalidParameter(message: string): AwsError {
  return validation(`One or more parameter values were invalid: ${message}`);
}

export function constraint(value: string, member: string, rule: string): AwsError {
  return validation(
    `1 validation error detected: Value ${value} at '${member}' failed to satisfy constraint: ${rule}`,
  );
}
