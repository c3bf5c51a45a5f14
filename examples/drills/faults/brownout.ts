/**
 * A fault of one's own: the release answers 503 to a share of its requests. In a project of yours the
 * import is from "backout/drills".
 */
import { z } from "zod";
import { errorRateBreachSeconds, type FaultModule } from "../../../drills/api.ts";

const parameters = z.strictObject({
  share: z.number().gt(0).max(1).default(0.5).describe("fraction of requests, above 0 up to 1"),
});

const brownout: FaultModule<z.infer<typeof parameters>> = {
  name: "brownout",
  summary: "the release turns a share of its requests away",
  fidelity: "release",
  targets: ["lab", "aws"],
  parameters,
  breaks: "errors",
  mayBreak: [],
  expiresItself: true,
  effect: ({ share }) => ({ kind: "errors", share, status: 503 }),
  reach: ({ share }) => ({ share, tasks: "all" }),
  timeToBreachSeconds: ({ share }, alarm) => errorRateBreachSeconds(share, alarm),
};

export default brownout;
