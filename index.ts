/** What a Pulumi program imports from the package. */
export {
  type EnvironmentArgs,
  type GuardArgs,
  type NetworkArgs,
  RehearsedBreak,
  type WorkloadArgs,
} from "./components/args.ts";
export { BlueGreenEnvironment } from "./components/blueGreenEnvironment.ts";
export { Slot } from "./guard/slot.ts";
