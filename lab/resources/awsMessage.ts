/** Errors of AWS SDK clients as people need them. */
import { messageOf } from "../../base/errors.ts";

/** The message of anything thrown; an AWS error's code, which is in its name, goes first. */
export function awsMessage(error: unknown): string {
  const message = messageOf(error);
  const named = error instanceof Error && "$metadata" in error && !message.startsWith(error.name);
  return named ? `${error.name}: ${message}` : message;
}
