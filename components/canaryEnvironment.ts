/** A canary environment: the new release gets its traffic step by step. */
import type * as pulumi from "@pulumi/pulumi";
import { STEPS } from "../guard/rollout/settings.ts";
import type { EnvironmentArgs } from "./args.ts";
import { GuardedEnvironment } from "./guardedEnvironment.ts";

/**
 * The idle slot takes the new release and gets 5 % of the traffic for 5 minutes, 25 % and 50 % for
 * 10 minutes each, then all of it, unless `rollout.steps` says otherwise. Its alarms move everything
 * back at any step; at 5 % a release that fails every request fails one user in twenty.
 *
 * @throws pulumi.InputPropertiesError that lists every argument that cannot be used.
 */
export class CanaryEnvironment extends GuardedEnvironment {
  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("backout:index:CanaryEnvironment", name, args, STEPS.canary, opts);
  }
}
