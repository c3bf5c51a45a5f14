/** Names that may be longer than AWS takes. */
import { createHash } from "node:crypto";

/** Of IAM's roles and of EventBridge Scheduler's schedules. */
export const LONGEST_NAME = 64;

/** At most `most` characters: where it is cut, a digest of the whole stands at its end. */
export function shortened(name: string, most: number): string {
  if (name.length <= most) return name;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.slice(0, most - 9).replace(/-+$/, "")}-${digest}`;
}
