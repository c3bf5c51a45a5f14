/**
 * The candidate's release fails for one tenant only, told by a header. A small tenant stays below any
 * threshold over all requests: then no alarm sees it, and the drill says so instead of running.
 */
import { z } from "zod";
import { errorRateBreachSeconds } from "./badReleaseErrors.ts";
import type { FaultDefinition } from "./fault.ts";

const parameters = z.strictObject({
  header: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, "a header's name in lower case")
    .default("x-tenant")
    .describe("header that names the tenant"),
  tenant: z
    .string()
    .regex(/^[\x21-\x7e]{1,256}$/, "printable characters without blanks, up to 256")
    .default("acme")
    .describe("its value for the one that fails"),
  loadShare: z
    .number()
    .gt(0)
    .max(1)
    .default(0.1)
    .describe("fraction of the drill's requests that are this tenant's, above 0 up to 1"),
  share: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("fraction of those that fail, above 0 up to 1"),
  status: z.int().min(500).max(599).default(500).describe("HTTP status, 500 to 599"),
});

export const badReleaseTenant: FaultDefinition<z.infer<typeof parameters>> = {
  name: "bad-release-tenant",
  summary: "the candidate's release fails for one tenant only",
  fidelity: "release",
  targets: ["lab", "aws"],
  parameters,
  breaks: "errors",
  mayBreak: [],
  expiresItself: true,
  effect: ({ header, tenant, share, status }) => ({
    kind: "errors",
    share,
    status,
    only: { header: { name: header, value: tenant } },
  }),
  load: ({ header, tenant, loadShare }) => ({
    mix: [{ share: loadShare, headers: { [header]: tenant } }],
  }),
  reach: ({ share, loadShare }) => ({ share: share * loadShare, tasks: "all" }),
  timeToBreachSeconds: ({ share, loadShare }, alarm) =>
    errorRateBreachSeconds(share * loadShare, alarm),
};
