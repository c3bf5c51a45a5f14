/** The environment that a command means, found by its name or because it is the only one. */
import { connectGuard } from "../guard/connect.ts";
import {
  chooseEnvironment,
  environmentsIn,
  type LocatedEnvironment,
  locateEnvironment,
} from "../guard/environment.ts";
import { refuseStrangers, trafficTags } from "../guard/tagged.ts";
import { connectVerifications, withNotedWayBack } from "../guard/verification/connect.ts";
import type { Target } from "./target.ts";

/** The environment that a command means, and the adapters to it. */
export async function openEnvironment(target: Target, wanted: string | undefined) {
  const { clients } = target;
  const name = chooseEnvironment(await environmentsIn(clients.elbv2), wanted);
  const environment = await locateEnvironment(clients.elbv2, name);
  // In a real account a name alone does not say whose a resource is.
  if (target.live) refuseStrangers(name, await trafficTags(clients.elbv2, environment));
  const identity = {
    environment: name,
    initialStable: environment.initialStable,
    listenerArn: environment.listenerArn,
    targetGroupArns: environment.targetGroupArns,
    topicArn: topicArnOf(environment),
    idleCount: environment.idleCount,
    policy: environment.policy,
  };
  const connected = connectGuard(
    clients,
    identity,
    () => target.clock.now(),
    () => {},
  );
  const verifications = connectVerifications(clients, name);
  const guard = withNotedWayBack(connected, verifications, environment.hasWayBackChecks);
  return { environment, guard, verifications };
}

/** Topics have the region and account of everything else in an environment. */
export function topicArnOf({ loadBalancerArn, names }: LocatedEnvironment): string {
  const [, partition, , region, account] = loadBalancerArn.split(":");
  return `arn:${partition}:sns:${region}:${account}:${names.topic}`;
}
