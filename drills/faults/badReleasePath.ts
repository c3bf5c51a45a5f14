/** One path of the candidate's release answers with server errors, all others are well. */
import { z } from "zod";
import { errorRateBreachSeconds } from "./badReleaseErrors.ts";
import type { FaultDefinition } from "./fault.ts";

const parameters = z.strictObject({
  path: z
    .string()
    .regex(/^\/[\w./~-]{0,255}$/, "a path such as /basket, without a query")
    .default("/basket")
    .describe("prefix of the paths that fail"),
  loadShare: z
    .number()
    .gt(0)
    .max(1)
    .default(0.2)
    .describe("fraction of the drill's requests that ask for it, above 0 up to 1"),
  share: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("fraction of those that fail, above 0 up to 1"),
  status: z.int().min(500).max(599).default(500).describe("HTTP status, 500 to 599"),
});

export const badReleasePath: FaultDefinition<z.infer<typeof parameters>> = {
  name: "bad-release-path",
  summary: "one path of the candidate's release fails",
  fidelity: "release",
  targets: ["lab", "aws"],
  parameters,
  breaks: "errors",
  mayBreak: [],
  expiresItself: true,
  effect: ({ path, share, status }) => ({
    kind: "errors",
    share,
    status,
    only: { pathPrefix: path },
  }),
  load: ({ path, loadShare }) => ({ mix: [{ share: loadShare, path }] }),
  reach: ({ share, loadShare }) => ({ share: share * loadShare, tasks: "all" }),
  timeToBreachSeconds: ({ share, loadShare }, alarm) =>
    errorRateBreachSeconds(share * loadShare, alarm),
};
