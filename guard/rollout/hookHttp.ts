/** An HTTP hook: one request to the URL that was given, and nowhere else. */
import { messageOf } from "../../base/errors.ts";
import {
  fill,
  type Hook,
  type HookAnswer,
  type HookContext,
  HookOutcome,
  HookWhen,
} from "./hooks.ts";

/** By which a fault sidecar says which slot answered. */
const ANSWERING_SLOT_HEADER = "x-backout-slot";

const MOST_BODY_BYTES = 65_536;
const SHOWN_BODY = 120;

/**
 * Good: the expected status. Inconclusive: 429, it was throttled. Error: no answer in time, or not
 * the candidate's. Anything else is bad, a redirect too: it is not followed.
 */
export async function askHttp(
  hook: Extract<Hook, { kind: "http" }>,
  context: HookContext,
): Promise<HookAnswer> {
  const url = fill(hook.url, context, encodeURIComponent);
  const forCandidate = hook.url.includes("${testUrl}");
  const headers = new Headers(
    Object.entries(hook.headers).map(([name, value]) => [name, fill(value, context)]),
  );
  // Testers must name the slot that they mean.
  const { testHeader } = context;
  if (forCandidate && !headers.has(testHeader)) headers.set(testHeader, context.slot);
  let response: Response;
  let body: string;
  try {
    response = await fetch(url, {
      method: hook.method,
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(hook.timeoutMs),
    });
    body = await beginningOf(response);
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return { outcome: HookOutcome.Error, why: `${hook.method} ${url}: ${messageOf(cause)}` };
  }
  const seen = `${hook.method} ${url}: ${response.status}`;
  const slot = response.headers.get(ANSWERING_SLOT_HEADER);
  // Before any traffic only the candidate's own answer says anything.
  const mustBeCandidate = forCandidate || hook.when === HookWhen.Before;
  if (slot !== null && slot !== context.slot && mustBeCandidate) {
    const why = `${seen}, but slot ${slot} answered: this says nothing of slot ${context.slot}`;
    return { outcome: HookOutcome.Error, why };
  }
  if (response.status === hook.expectStatus) return { outcome: HookOutcome.Good, why: seen };
  const text = body.replace(/\s+/g, " ").trim().slice(0, SHOWN_BODY);
  const why = `${seen}, ${hook.expectStatus} was expected${text === "" ? "" : `: ${text}`}`;
  return { outcome: response.status === 429 ? HookOutcome.Inconclusive : HookOutcome.Bad, why };
}

/** At most so much is read: the rest is not waited for. */
async function beginningOf({ body }: Response): Promise<string> {
  if (!body) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the stream.
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes >= MOST_BODY_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MOST_BODY_BYTES).toString("utf8");
}
