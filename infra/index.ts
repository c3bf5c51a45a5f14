/** The program that `pulumi up` and `backout up` run: one guarded environment, as configured. */
import * as pulumi from "@pulumi/pulumi";
import { renderReason } from "../base/errors.ts";
import { BlueGreenEnvironment } from "../components/blueGreenEnvironment.ts";
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
const environment = new BlueGreenEnvironment(read.config.name, read.config.args);

export const environmentName = read.config.name;
export const url = environment.url;
export const listenerArn = environment.listenerArn;
export const topicArn = environment.topicArn;
