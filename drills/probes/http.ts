/** One GET request, and what the answer must be like. */
import { z } from "zod";
import type { ProbeDefinition } from "./probe.ts";

const parameters = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("where to ask, http or https; default the environment's listener"),
  path: z
    .string()
    .regex(/^\/[^\s]*$/)
    .max(2_048)
    .optional()
    .describe("path and query in place of the listener's own, such as /healthz"),
  status: z.int().min(200).max(599).default(200).describe("HTTP status of the answer, 200 to 599"),
  contains: z.string().min(1).max(1_000).optional().describe("text that the answer has in it"),
  withinMs: z
    .int()
    .min(1)
    .max(5_000)
    .default(2_000)
    .describe("milliseconds of wall time for the whole answer, 1 to 5000"),
});

export const http: ProbeDefinition<z.infer<typeof parameters>> = {
  name: "http",
  summary: "one GET request: its status, what the answer says, and how long it takes",
  parameters,
  async look({ url: base, signal }, { url, path, status, contains, withinMs }) {
    const from = url ?? base;
    if (from === undefined) return { holds: null, shown: "the environment's address is not known" };
    const asked = path === undefined ? new URL(from) : new URL(path, from);
    const shown = `GET ${asked.pathname}${asked.search}`;
    try {
      const answer = await fetch(asked, {
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
      });
      const body = await answer.text();
      const missing = contains !== undefined && !body.includes(contains);
      return {
        holds: answer.status === status && !missing,
        shown: `${shown}: ${answer.status}${missing ? `, without "${contains}"` : ""}`,
      };
    } catch (error) {
      // Whoever cannot be reached, or not in time, is not in its steady state.
      return {
        holds: false,
        shown: `${shown}: no answer within ${withinMs} ms (${String(error)})`,
      };
    }
  },
};
