/** What a Pulumi program imports from the package. */
export { type EnvironmentArgs, type NetworkArgs, type WorkloadArgs } from "./components/args.ts";
export { CanaryEnvironment } from "./components/canaryEnvironment.ts";
export { type GuardArgs, RehearsedBreak } from "./components/guardArgs.ts";
export { DrillSchedule } from "./components/drillSchedule.ts";
export { type DrillNetworkArgs, type DrillScheduleArgs } from "./components/drillScheduleArgs.ts";
export { type RolloutArgs, type StepArgs } from "./components/rolloutArgs.ts";
export { type SignalPolicyArgs } from "./components/signalPolicy.ts";
export { BlueGreenEnvironment } from "./components/blueGreenEnvironment.ts";
export { Slot } from "./guard/slot.ts";
