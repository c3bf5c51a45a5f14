/** An environment: two slots behind one listener, with a guard that reverts by itself. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { renderReason } from "../base/errors.ts";
import {
  ENVIRONMENT_TAG,
  environmentNames,
  IDLE_COUNT_TAG,
  ROLLOUT_TAG,
  POLICY_TAG,
  SECOND_WAY_TAG,
  SENTINEL_TAG,
  TEST_ROUTES_TAG,
  WAY_BACK_CHECKS_TAG,
} from "../guard/names.ts";
import type { Step } from "../guard/rollout/rollout.ts";
import { renderPolicy } from "../guard/signalPolicy.ts";
import { renderSettings } from "../guard/rollout/settings.ts";
import { Slot, SLOTS } from "../guard/slot.ts";
import { renderTestRoutes } from "../guard/testRoutes.ts";
import { renderVerification } from "../guard/verification/settings.ts";
import { type EnvironmentArgs, environmentProblems } from "./args.ts";
import { EcsSlots } from "./ecsSlots.ts";
import { variableProblems } from "./functionVariables.ts";
import { GuardAlarms } from "./guardAlarms.ts";
import { GuardSchedule } from "./guardSchedule.ts";
import { LastResort, lastResortRule, lastResortTimes } from "./lastResort.ts";
import { ReversionFunction } from "./reversionFunction.ts";
import { rolloutSettings } from "./rolloutArgs.ts";
import { falseReversionsOf, sentinelArgs } from "./sentinelArgs.ts";
import { policyNotes, readPolicy, signalsWith } from "./signalPolicy.ts";
import { TestRoutes } from "./testRoutes.ts";
import { testRoutesOf } from "./testRoutesArgs.ts";
import { TrafficSplit } from "./trafficSplit.ts";
import { verificationOf } from "./verificationArgs.ts";
import { probeDoubt, probeVariables, Watchdog } from "./watchdog.ts";

/**
 * The one graph under every strategy; `BlueGreenEnvironment` and `CanaryEnvironment` differ in the
 * steps of their rollouts.
 *
 * @throws pulumi.InputPropertiesError that lists every argument that cannot be used.
 */
export class GuardedEnvironment extends pulumi.ComponentResource {
  /** Where the environment answers; in the lab the listener's own URL stands in `lab status`. */
  readonly url: pulumi.Output<string>;
  readonly listenerArn: pulumi.Output<string>;
  /** Every reversion is announced here. */
  readonly topicArn: pulumi.Output<string>;
  /** Where testers reach the slot that they name; undefined without a test listener. */
  readonly testUrl: pulumi.Output<string> | undefined;

  constructor(
    type: string,
    name: string,
    args: EnvironmentArgs,
    steps: readonly Step[],
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(type, name, {}, opts);
    const {
      settings,
      hooks,
      problems: rolloutProblems,
    } = rolloutSettings(args.rollout ?? {}, steps);
    const environment = args.environment ?? name;
    const verification = verificationOf(args.guard ?? {}, settings.minimumRequests);
    const { policy } = readPolicy(args.guard?.policy, {
      fastSignals: args.guard?.fastSignals ?? false,
    });
    const told = {
      environment,
      hooks,
      verification: renderVerification(verification),
      policyText: renderPolicy(policy),
      notify: args.guard?.notify ?? {},
    };
    const problems = [
      ...environmentProblems(name, args),
      ...rolloutProblems,
      ...variableProblems(told),
    ];
    if (problems.length > 0) {
      throw new pulumi.InputPropertiesError({
        message: `environment "${name}" cannot be provisioned`,
        errors: problems.map((problem) => ({
          propertyPath: problem.field,
          reason: renderReason(problem),
        })),
      });
    }
    const child = { parent: this };
    const names = environmentNames(environment);
    const tags = { [ENVIRONMENT_TAG]: environment };
    const initialStable = args.initialStable ?? Slot.Blue;
    const listenerPort = args.listenerPort ?? 80;
    const containerPort = args.workload?.containerPort ?? 8080;
    const {
      rehearseWithout,
      fastSignals = false,
      latencyP99Seconds = 1,
      secondWay = true,
    } = args.guard ?? {};
    const network = this.#network(args);
    const falseReversions = falseReversionsOf(args);
    const { length: wayBackChecks } = verification.wayBackChecks;
    const { policyText } = told;
    const notes = policyText === "" ? [] : policyNotes(policy, signalsWith(fastSignals));
    for (const note of notes) void pulumi.log.warn(note, this);
    const routes = testRoutesOf(args.testRoutes ?? {});

    const split = new TrafficSplit(
      name,
      {
        names,
        ...network,
        allowedCidrs: args.network?.allowedCidrs ?? ["0.0.0.0/0"],
        listenerPort,
        containerPort,
        healthCheckPath: args.workload?.healthCheckPath ?? "/",
        initialStable,
        tags: {
          ...tags,
          [ROLLOUT_TAG]: renderSettings(settings),
          ...(args.workload?.idleCount === undefined
            ? {}
            : { [IDLE_COUNT_TAG]: String(args.workload.idleCount) }),
          ...(policyText === "" ? {} : { [POLICY_TAG]: policyText }),
          ...(wayBackChecks > 0 && { [WAY_BACK_CHECKS_TAG]: String(wayBackChecks) }),
          ...(falseReversions === null ? {} : { [SENTINEL_TAG]: String(falseReversions) }),
          ...(secondWay && { [SECOND_WAY_TAG]: "watchdog" }),
          ...(routes && { [TEST_ROUTES_TAG]: renderTestRoutes(routes) }),
        },
      },
      child,
    );
    const { allowedCidrs: testers = [], secret } = args.testRoutes ?? {};
    const testRoutes =
      routes &&
      new TestRoutes(`${name}-test`, { routes, allowedCidrs: testers, secret, split, tags }, child);
    const reversion = new ReversionFunction(
      `${name}-guard`,
      {
        environment,
        names,
        split,
        initialStable,
        rehearseWithout,
        hooks,
        idleCount: args.workload?.idleCount,
        policyText,
        verification: told.verification,
        notify: told.notify,
        tags,
      },
      child,
    );
    const slots = new EcsSlots(
      name,
      {
        environment,
        names,
        releases: args.releases,
        workload: args.workload ?? {},
        containerPort,
        split,
        subnetIds: network.subnetIds,
        assignPublicIp: args.network?.assignPublicIp ?? true,
        region: aws.getRegionOutput({}, child).region,
        fastSignals,
        sentinel: sentinelArgs(args, reversion),
        initialStable,
        tags,
      },
      child,
    );
    // An environment that rehearses a broken link has no second look either: nothing comes home.
    if (rehearseWithout === undefined) {
      new GuardSchedule(`${name}-reconcile`, { names, function: reversion.function, tags }, child);
    }
    // Also where a link is left out: it brings the traffic home then, which is what it is for.
    if (secondWay) {
      const hasLastResort = args.guard?.lastResort === LastResort.Static;
      const lastResort = hasLastResort
        ? {
            rule: lastResortRule(
              `${name}-last-resort`,
              args.guard ?? {},
              split.listener,
              tags,
              child,
            ),
            ...lastResortTimes(args.guard ?? {}),
          }
        : undefined;
      const doubt = probeDoubt(args);
      if (doubt !== null) void pulumi.log.warn(doubt, this);
      new Watchdog(
        `${name}-watchdog`,
        {
          environment,
          names,
          split,
          reversion,
          initialStable,
          errorRatePercent: args.guard?.errorRatePercent ?? 5,
          probing: probeVariables(args, split.loadBalancer.dnsName),
          policyText,
          lastResort,
          tags,
        },
        child,
      );
    }
    const accountId = aws.getCallerIdentityOutput({}, child).accountId;
    for (const slot of SLOTS) {
      new GuardAlarms(
        `${name}-${slot}`,
        {
          environment,
          names,
          slot,
          split,
          function: reversion.function,
          accountId,
          errorRatePercent: args.guard?.errorRatePercent ?? 5,
          minimumRequestsPerMinute: args.guard?.minimumRequestsPerMinute ?? 20,
          latencyP99Seconds,
          latencyRatio: args.guard?.latencyRatio ?? 2,
          fastSignals,
          isProbed: secondWay,
          policy,
          topicArn: reversion.topic.arn,
          rehearseWithout,
          tags,
        },
        // Alarms that are there before any target would go off over their absence.
        { ...child, dependsOn: [slots] },
      );
    }
    this.url = pulumi.interpolate`http://${split.loadBalancer.dnsName}:${listenerPort}`;
    this.listenerArn = split.listener.arn;
    this.topicArn = reversion.topic.arn;
    this.testUrl = testRoutes?.url;
    this.registerOutputs({
      url: this.url,
      listenerArn: this.listenerArn,
      topicArn: this.topicArn,
      testUrl: this.testUrl,
    });
  }

  /** The given network, or the region's default VPC with all its subnets. */
  #network(args: EnvironmentArgs): {
    vpcId: pulumi.Input<string>;
    subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  } {
    const vpcId =
      args.network?.vpcId ?? aws.ec2.getVpcOutput({ default: true }, { parent: this }).id;
    const subnetIds =
      args.network?.subnetIds ??
      aws.ec2.getSubnetsOutput({ filters: [{ name: "vpc-id", values: [vpcId] }] }, { parent: this })
        .ids;
    return { vpcId, subnetIds };
  }
}
