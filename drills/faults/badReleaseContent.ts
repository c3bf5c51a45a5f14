/**
 * The candidate's release answers 200 with a wrong body. Status, time and health are as they should
 * be, so nothing that this environment can alarm on sees it: it is listed as the blind spot that it
 * is, and refused instead of breaking what nothing would mend.
 */
import { z } from "zod";
import type { FaultDefinition } from "./fault.ts";

const parameters = z.strictObject({
  share: z.number().gt(0).max(1).default(0.3).describe("fraction of requests, above 0 up to 1"),
  body: z.string().max(65_536).default("{}").describe("what is answered, up to 64 Ki characters"),
});

export const badReleaseContent: FaultDefinition<z.infer<typeof parameters>> = {
  name: "bad-release-content",
  summary: "a share of the candidate's responses are 200 with a wrong body",
  fidelity: "release",
  targets: ["lab", "aws"],
  parameters,
  breaks: "content",
  mayBreak: [],
  expiresItself: true,
  effect: ({ share, body }) => ({ kind: "content", share, body }),
  reach: ({ share }) => ({ share, tasks: "all" }),
  timeToBreachSeconds: () => Infinity,
};
