/** EC2's errors. The SDK has no shapes for them: codes are those of EC2's API reference. */
import { AwsError } from "../service.ts";

export function ec2Error(code: string, message: string): AwsError {
  return new AwsError(code, message);
}

export function required(value: string | undefined, member: string): string {
  if (value !== undefined && value !== "") return value;
  throw ec2Error("MissingParameter", `The request must contain the parameter ${member}`);
}

export function requiredList<T>(value: readonly T[] | undefined, member: string): readonly T[] {
  if (value !== undefined && value.length > 0) return value;
  throw ec2Error("MissingParameter", `The request must contain the parameter ${member}`);
}
