/** What a definition's modules import: `import { stepKind } from "backout/drills"`. */
export { type FaultModule } from "./definition/modules.ts";
export { type DrillDefinition } from "./definition/schema.ts";
export { errorRateBreachSeconds } from "./faults/badReleaseErrors.ts";
export { type AlarmBounds, type FaultDefinition, type Reach } from "./faults/fault.ts";
export { type ProbeDefinition, type ProbePorts, type ProbeReading } from "./probes/probe.ts";
export {
  type Acting,
  type PlannedStep,
  type Step,
  type StepData,
  stepKind,
  type StepPorts,
  type StepScene,
} from "./steps/step.ts";
