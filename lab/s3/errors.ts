/** S3's errors. Those without members of their own are not in the SDK's schema, and carry their status. */
import { AwsError } from "../service.ts";

export function noSuchBucket(): AwsError {
  return new AwsError("NoSuchBucket", "The specified bucket does not exist", 404);
}

export function noSuchKey(): AwsError {
  return new AwsError("NoSuchKey", "The specified key does not exist.", 404);
}

export function preconditionFailed(): AwsError {
  return new AwsError(
    "PreconditionFailed",
    "At least one of the pre-conditions you specified did not hold",
    412,
  );
}

export function invalidArgument(message: string): AwsError {
  return new AwsError("InvalidArgument", message);
}
