/** A blue-green environment: the new release gets all traffic at once, and bakes before it stays. */
import type * as pulumi from "@pulumi/pulumi";
import { STEPS } from "../guard/rollout/settings.ts";
import type { EnvironmentArgs } from "./args.ts";
import { GuardedEnvironment } from "./guardedEnvironment.ts";

/**
 * The idle slot takes the new release, all traffic moves at once, and the slot's alarms move it back
 * while it bakes (10 minutes, unless `rollout.steps` says otherwise).
 *
 * @throws pulumi.InputPropertiesError that lists every argument that cannot be used.
 */
export class BlueGreenEnvironment extends GuardedEnvironment {
  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("backout:index:BlueGreenEnvironment", name, args, STEPS.blueGreen, opts);
  }
}
