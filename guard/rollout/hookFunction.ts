/** A function hook: a Lambda function is told what the rollout is at, and answers with an outcome. */
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { z } from "zod";
import { type Hook, type HookAnswer, type HookContext, HookOutcome } from "./hooks.ts";

const MOST_ANSWER_BYTES = 65_536;

const answerSchema = z.object({
  outcome: z.enum([HookOutcome.Good, HookOutcome.Bad, HookOutcome.Inconclusive]),
  why: z.string().default(""),
});

/** @throws when it cannot be invoked, fails, or answers anything but `{"outcome": …, "why": …}` */
export async function askFunction(
  hook: Extract<Hook, { kind: "function" }>,
  context: HookContext,
  client: LambdaClient,
): Promise<HookAnswer> {
  const { InvokeCommand } = await import("@aws-sdk/client-lambda");
  const { Payload, FunctionError } = await client.send(
    new InvokeCommand({ FunctionName: hook.function, Payload: JSON.stringify(context) }),
    { abortSignal: AbortSignal.timeout(hook.timeoutMs) },
  );
  const text = Buffer.from(Payload ?? []).toString("utf8");
  if (FunctionError !== undefined) throw new Error(`${hook.function} failed: ${text}`);
  if ((Payload?.byteLength ?? 0) > MOST_ANSWER_BYTES) {
    throw new Error(`${hook.function} answered with more than ${MOST_ANSWER_BYTES} bytes`);
  }
  const answer = answerSchema.safeParse(parsed(text)).data;
  if (answer) return answer;
  throw new Error(
    `${hook.function} answered ${text.slice(0, 100)} and not ` +
      `{"outcome": "good" or "bad" or "inconclusive", "why": "…"}`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
