/** EventBridge Scheduler's errors. */
import { AwsError } from "../service.ts";

export function notFound(what: string): AwsError {
  return new AwsError("ResourceNotFoundException", `${what} does not exist.`, 404);
}

export function conflict(what: string): AwsError {
  return new AwsError("ConflictException", `${what} already exists.`, 409);
}
