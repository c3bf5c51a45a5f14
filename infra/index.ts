/** The program that `pulumi up` and `backout up` run: one guarded environment, as configured. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { renderReason } from "../base/errors.ts";
import { BlueGreenEnvironment } from "../components/blueGreenEnvironment.ts";
import { CanaryEnvironment } from "../components/canaryEnvironment.ts";
import { DrillSchedule } from "../components/drillSchedule.ts";
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
const { name, strategy, args, drills } = read.config;
const environment =
  strategy === Strategy.Canary
    ? new CanaryEnvironment(name, args)
    : new BlueGreenEnvironment(name, args);

if (drills) {
  // Relative to the project: the CLI runs this program in its own directory.
  const file = resolve(projectDirectory(), drills.file);
  new DrillSchedule(`${name}-drills`, { ...drills, file }, { dependsOn: [environment] });
}

export const environmentName = name;
export const url = environment.url;
export const listenerArn = environment.listenerArn;
export const topicArn = environment.topicArn;

/** The nearest directory from here up that has a Pulumi.yaml. */
function projectDirectory(): string {
  for (let directory = process.cwd(); ; directory = dirname(directory)) {
    if (existsSync(join(directory, "Pulumi.yaml")) || directory === dirname(directory)) {
      return directory;
    }
  }
}
