/** A check by one HTTP request: the address to ask, the answer that is wanted, and the asking. */
import { z } from "zod";
import { messageOf } from "../../base/errors.ts";
import { type Check, CheckOutcome } from "./check.ts";

export const httpCheckSchema = z.strictObject({
  /** What people call it. @default its address */
  name: z.string().min(1).optional(),
  url: z.string(),
  /** The status that is good, 100 to 599. @default any from 200 to 299 */
  expectStatus: z.int().min(100).max(599).optional(),
});
/** `expectStatus` left out: any status from 200 to 299; `name` left out: its address. */
export type HttpCheck = z.infer<typeof httpCheckSchema>;

/** Wall milliseconds; many are asked at once, so this is also what all of them may take. */
export const HTTP_CHECK_TIMEOUT_MS = 2_000;

/** Never throws: what could not be asked is an `error`, which is not green either. */
export async function askHttp(
  check: HttpCheck,
  timeoutMs: number = HTTP_CHECK_TIMEOUT_MS,
): Promise<Check> {
  const name = check.name ?? check.url;
  const expected = check.expectStatus ?? "200 to 299";
  try {
    const response = await fetch(check.url, {
      // A redirect is an answer of its own: following it would judge another address.
      redirect: "manual",
      headers: { "user-agent": "backout-verification" },
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    const { status } = response;
    const good =
      check.expectStatus === undefined
        ? status >= 200 && status <= 299
        : status === check.expectStatus;
    return good
      ? { name, outcome: CheckOutcome.Good, says: `answered ${status}` }
      : { name, outcome: CheckOutcome.Bad, says: `answered ${status}, expected ${expected}` };
  } catch (error) {
    const says =
      error instanceof Error && error.name === "TimeoutError"
        ? `no answer within ${timeoutMs} ms`
        : `no answer: ${reasonOf(error)}`;
    return { name, outcome: CheckOutcome.Error, says };
  }
}

/** `fetch failed` names nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return messageOf(cause ?? error);
}
