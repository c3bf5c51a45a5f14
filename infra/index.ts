/** The program that `pulumi up` and `backout up` run: one guarded environment, as configured. */
import * as pulumi from "@pulumi/pulumi";
import { renderReason } from "../base/errors.ts";
import { BlueGreenEnvironment } from "../components/blueGreenEnvironment.ts";
import { CanaryEnvironment } from "../components/canaryEnvironment.ts";
import { Strategy } from "../components/rolloutArgs.ts";
import { readConfig } from "./config.ts";

const read = readConfig(pulumi.runtime.allConfig());
if ("problems" in read) {
  throw new pulumi.InputPropertiesError({
    message: `the configuration of stack "${pulumi.getStack()}" cannot be used`,
    errors: read.problems.map((problem) => ({
      propertyPath: problem.field,
      reason: renderReason(problem),
    })),
  });
}
const { name, strategy, args } = read.config;
const environment =
  strategy === Strategy.Canary
    ? new CanaryEnvironment(name, args)
    : new BlueGreenEnvironment(name, args);

export const environmentName = name;
export const url = environment.url;
export const listenerArn = environment.listenerArn;
export const topicArn = environment.topicArn;
