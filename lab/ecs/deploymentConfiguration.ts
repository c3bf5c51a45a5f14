/** Checks how a service deploys, and fills in ECS's defaults for rolling updates. */
import type {
  DeploymentAlarms,
  DeploymentCircuitBreaker,
  DeploymentConfiguration,
} from "@aws-sdk/client-ecs";
import { notImplemented } from "../supported.ts";
import { invalid, refuseMeaningful } from "./validation.ts";

const CONFIGURATION = [
  "maximumPercent",
  "minimumHealthyPercent",
  "strategy",
  "deploymentCircuitBreaker",
  "alarms",
  "bakeTimeInMinutes",
];
const THRESHOLD_TYPES = ["COUNT", "BOUNDED_PERCENT", "UNBOUNDED_PERCENT"];
const LONGEST_BAKE_MINUTES = 1440;

/** `given` over `before` over ECS's defaults; throws what ECS and the lab refuse. */
export function checkConfiguration(
  operation: string,
  given: DeploymentConfiguration = {},
  before: DeploymentConfiguration = {},
): DeploymentConfiguration {
  refuseMeaningful(`${operation} (deploymentConfiguration)`, given, CONFIGURATION);
  if ((given.strategy ?? "ROLLING") !== "ROLLING") {
    throw notImplemented(operation, `deploymentConfiguration.strategy ${given.strategy}`);
  }
  const alarms = given.alarms ? checkAlarms(given.alarms) : before.alarms;
  const bakeTimeInMinutes = given.bakeTimeInMinutes ?? before.bakeTimeInMinutes;
  if (bakeTimeInMinutes !== undefined) checkBakeTime(bakeTimeInMinutes);
  return {
    ...checkLimits(given, before),
    strategy: "ROLLING",
    deploymentCircuitBreaker: given.deploymentCircuitBreaker
      ? checkBreaker(given.deploymentCircuitBreaker)
      : (before.deploymentCircuitBreaker ?? { enable: false, rollback: false }),
    ...(alarms && { alarms }),
    ...(bakeTimeInMinutes !== undefined && { bakeTimeInMinutes }),
  };
}

function checkLimits(
  given: DeploymentConfiguration,
  before: DeploymentConfiguration,
): Required<Pick<DeploymentConfiguration, "maximumPercent" | "minimumHealthyPercent">> {
  const maximumPercent = given.maximumPercent ?? before.maximumPercent ?? 200;
  const minimumHealthyPercent = given.minimumHealthyPercent ?? before.minimumHealthyPercent ?? 100;
  if (minimumHealthyPercent < 0 || maximumPercent < 100 || maximumPercent < minimumHealthyPercent) {
    throw invalid(
      "maximumPercent must be at least 100 and at least minimumHealthyPercent, which must not be " +
        "negative.",
    );
  }
  if (minimumHealthyPercent >= 100 && maximumPercent === 100) {
    throw invalid(
      "The deployment could never proceed: one of minimumHealthyPercent and maximumPercent must " +
        "leave room for a task to stop or to start.",
    );
  }
  return { maximumPercent, minimumHealthyPercent };
}

function checkBreaker(breaker: DeploymentCircuitBreaker): DeploymentCircuitBreaker {
  const { enable, rollback, resetOnHealthyTask, thresholdConfiguration: threshold } = breaker;
  if (enable === undefined || rollback === undefined) {
    throw invalid("deploymentCircuitBreaker needs both enable and rollback.");
  }
  if (threshold && !THRESHOLD_TYPES.includes(threshold.type ?? "")) {
    throw invalid(`thresholdConfiguration.type must be one of ${THRESHOLD_TYPES.join(", ")}.`);
  }
  if (threshold && !(Number.isInteger(threshold.value) && (threshold.value ?? 0) >= 1)) {
    throw invalid("thresholdConfiguration.value must be a whole number of at least 1.");
  }
  return {
    enable,
    rollback,
    ...(resetOnHealthyTask !== undefined && { resetOnHealthyTask }),
    ...(threshold && { thresholdConfiguration: threshold }),
  };
}

function checkAlarms({ alarmNames, enable, rollback }: DeploymentAlarms): DeploymentAlarms {
  if (!alarmNames || enable === undefined || rollback === undefined) {
    throw invalid("alarms needs alarmNames, enable and rollback.");
  }
  if (enable && alarmNames.length === 0) {
    throw invalid("alarms.alarmNames must not be empty when alarms are enabled.");
  }
  return { alarmNames, enable, rollback };
}

function checkBakeTime(minutes: number): void {
  if (Number.isInteger(minutes) && minutes >= 0 && minutes <= LONGEST_BAKE_MINUTES) return;
  throw invalid(`bakeTimeInMinutes must be a whole number from 0 to ${LONGEST_BAKE_MINUTES}.`);
}
