/**
 * One of the candidate's alarms is set to ALARM by hand: nothing is wrong, and what must work is
 * everything after the measurement.
 */
import { z } from "zod";
import { ALL_SIGNALS } from "../../guard/signals.ts";
import { evaluationCadenceMs } from "../../judge/detection.ts";
import { setsAlarm } from "../steps/alarmState.ts";
import type { FaultDefinition } from "./fault.ts";

const parameters = z.strictObject({
  signal: z
    .enum(ALL_SIGNALS)
    .default("errors")
    .describe(`whose alarm: ${ALL_SIGNALS.join(", ")} (fast ones where the environment has them)`),
});

export const alarmStateFault: FaultDefinition<z.infer<typeof parameters>> = {
  name: "alarm-state",
  summary: "an alarm of the candidate is set to ALARM by hand",
  fidelity: "signal",
  targets: ["lab", "aws"],
  parameters,
  breaks: "errors",
  breaksWith: ({ signal }) => signal,
  mayBreak: [],
  expiresItself: true,
  impact: "never",
  attribution: "mark",
  steps: ({ signal }) => [setsAlarm(signal)],
  reach: () => ({ share: 0, tasks: "none" }),
  timeToBreachSeconds: () => 0,
  // What has not gone along by its next evaluation has missed it: the state is its own again.
  floors: ({ signal }, alarms) => ({
    detect: 0,
    detectWorst: evaluationCadenceMs(alarms[signal]?.periodSeconds ?? 60),
  }),
};
