/** An experiment of AWS FIS that somebody has made a template of, against the candidate's tasks. */
import { z } from "zod";
import { SIGNALS } from "../../guard/signals.ts";
import { runsExperiment } from "../steps/experiment.ts";
import type { FaultDefinition } from "./fault.ts";

const TEMPLATE = "a template's id such as EXT1a2b3c4d5e6f7";

const parameters = z.strictObject({
  template: z
    .string({ error: TEMPLATE })
    .regex(/^EXT[A-Za-z0-9]{1,60}$/, { error: TEMPLATE })
    .optional()
    .describe("id of the experiment template, such as EXT1a2b3c4d5e6f7; it has no default"),
  breaks: z
    .enum(SIGNALS, { error: `one of ${SIGNALS.join(", ")}` })
    .default("unhealthy")
    .describe(`the signal that must see it: ${SIGNALS.join(", ")}`),
});

export const fisExperiment: FaultDefinition<z.infer<typeof parameters>> = {
  name: "fis-experiment",
  summary: "an experiment of AWS FIS, by its template",
  fidelity: "infrastructure",
  targets: ["aws"],
  elsewhere: "AWS FIS is a service of AWS's own, and the lab has none",
  parameters,
  lacks: ({ template }) =>
    template === undefined
      ? "it needs the id of a template: --set template=EXT1a2b3c4d5e6f7"
      : null,
  breaks: "unhealthy",
  breaksWith: ({ breaks }) => breaks,
  mayBreak: SIGNALS,
  // Each of its actions has its duration.
  expiresItself: true,
  impact: "perhaps",
  steps: ({ template }) => [runsExperiment(template ?? "")],
  // What its actions do is the template's: all of the candidate is counted.
  reach: () => ({ share: 1, tasks: "all" }),
  // Nor is it known how soon they show: a floor that no detection is ever below.
  timeToBreachSeconds: () => 0,
};
