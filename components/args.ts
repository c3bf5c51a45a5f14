/** What an environment is told, and every rule that it must obey before a resource is made. */
import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../base/errors.ts";
import { ENVIRONMENT_NAME_PATTERN } from "../guard/names.ts";
import { Slot } from "../guard/slot.ts";
import { checks } from "./checks.ts";
import { PublicRoutes } from "../guard/testRoutes.ts";
import { type GuardArgs, guardProblems } from "./guardArgs.ts";
import { lastResortProblems } from "./lastResort.ts";
import type { RolloutArgs } from "./rolloutArgs.ts";
import { type TestRoutesArgs, testRoutesProblems } from "./testRoutesArgs.ts";

export interface NetworkArgs {
  /** The VPC of load balancer and tasks. @default the region's default VPC */
  readonly vpcId?: pulumi.Input<string>;
  /** At least two subnets in different zones. @default all subnets of the default VPC */
  readonly subnetIds?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Who may reach the listener, as CIDR blocks.
   * @default ["0.0.0.0/0"], which publishes the service to the internet
   */
  readonly allowedCidrs?: readonly string[];
  /**
   * Give tasks a public address. Needed in subnets without a NAT gateway, or images cannot be pulled.
   * @default true
   */
  readonly assignPublicIp?: boolean;
}

/**
 * What both slots run beside their releases. A change here deploys to **both** slots, to the one that
 * carries traffic too: only the release is protected.
 */
export interface WorkloadArgs {
  /** Port the app listens on inside its container, 1 to 65535. @default 8080 */
  readonly containerPort?: number;
  /** Path of the load balancer's health check; must answer 200 to 399. @default "/" */
  readonly healthCheckPath?: string;
  /** Tasks per slot, at least 1. With one task a slot is down while that task restarts. @default 1 */
  readonly desiredCount?: number;
  /**
   * Tasks of a slot that nobody needs: the idle one, from the end of its rollout or, after a
   * promotion, of its warm time (`rollout.warm`) until the next rollout, which scales it to what the
   * stable slot runs and waits for it first. A slot that is latched keeps its tasks until the latch is
   * cleared. With 0 the idle slot costs nothing, its `unhealthy` alarm is in ALARM meanwhile (people
   * are told once), and a release that cannot start is only noticed when its rollout begins; a
   * rollout or a rollback to it takes a start and up to two minutes of its alarm longer.
   * Set, `desiredCount` holds only when a service is created: Pulumi leaves the live count alone, so
   * that Application Auto Scaling may change it. Attach `aws.appautoscaling.Target`s and policies of
   * your own to both slots' services (`service/NAME/NAME-blue` and `-green`, where NAME is the
   * environment's): the guard finds them, and sets their **minimum** in place of counts that a policy
   * would undo. It raises the candidate's to what the stable slot runs and the stable slot's to what it
   * has, so that neither is scaled in while its traffic is elsewhere; lowers the idle slot's to
   * `idleCount`; and brings your own back afterwards (they are in the environment's record meanwhile).
   * Your maximum is never changed: a candidate gets no more tasks than it. Pulumi does not see the
   * minimum change, but `pulumi refresh` does: give the targets `ignoreChanges: ["minCapacity"]` where
   * you use it. Without `idleCount` the guard leaves targets alone, and their policies may scale in a
   * slot that a reversion goes to.
   * @default both slots always have `desiredCount` tasks
   */
  readonly idleCount?: number;
  /** Fargate CPU units of a task. @default 256 */
  readonly cpu?: number;
  /** Fargate memory of a task, MiB. @default 512 */
  readonly memoryMiB?: number;
  /** Environment variables of the app's container. @default none */
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Image of the fault sidecar: a proxy before the app that obeys fault leases and adds the release
   * header. Without it release drills cannot run here. @default none, the app answers itself
   */
  readonly faultSidecarImage?: string;
}

export interface EnvironmentArgs {
  /** Name of the environment; its resources are named after it. @default the component's name */
  readonly environment?: string;
  /**
   * The image each slot runs. Changing the image of a slot that carries traffic is refused at
   * preview: put a new release into the idle slot.
   */
  readonly releases: Readonly<Record<Slot, string>>;
  /**
   * The slot that gets all traffic when the listener is created. It counts as the stable one until
   * the first rollout; changing it later moves nothing. @default blue
   */
  readonly initialStable?: Slot;
  /** Port of the listener (HTTP), 1 to 65535. @default 80 */
  readonly listenerPort?: number;
  readonly network?: NetworkArgs;
  readonly workload?: WorkloadArgs;
  readonly guard?: GuardArgs;
  readonly rollout?: RolloutArgs;
  /** @default none: nobody reaches a slot of weight 0 */
  readonly testRoutes?: TestRoutesArgs;
}

export function environmentProblems(name: string, args: EnvironmentArgs): Problem[] {
  const { problems, check, integer } = checks();

  const environment = args.environment ?? name;
  check(
    ENVIRONMENT_NAME_PATTERN.test(environment) && !/^(internal|sg)-/.test(environment),
    "environment",
    environment,
    "1 to 26 lower-case letters, digits and single hyphens, beginning with a letter, " +
      "not with internal- or sg-",
    "load balancers, groups and target groups are named after it, by AWS's rules",
  );
  for (const slot of Object.values(Slot)) {
    const image = args.releases[slot];
    check(
      typeof image === "string" && /^\S+$/.test(image),
      `releases.${slot}`,
      image,
      "an image name such as registry/app:1.2.3",
      `set it with \`pulumi config set backout:${slot}Release IMAGE\``,
    );
  }
  check(
    args.initialStable === undefined || Object.values(Slot).includes(args.initialStable),
    "initialStable",
    args.initialStable,
    Object.values(Slot).join(" or "),
  );
  integer("listenerPort", args.listenerPort, 1, 65_535);
  integer("workload.containerPort", args.workload?.containerPort, 1, 65_535);
  integer("workload.desiredCount", args.workload?.desiredCount, 1, 1_000);
  const { desiredCount = 1, idleCount = 0 } = args.workload ?? {};
  check(
    Number.isInteger(idleCount) && idleCount >= 0 && !(idleCount > desiredCount),
    "workload.idleCount",
    idleCount,
    `an integer from 0 to ${desiredCount}, the tasks of a slot that is needed`,
    "an idle slot is not larger than a busy one: raise workload.desiredCount (backout:desiredCount)",
  );
  const path = args.workload?.healthCheckPath;
  check(
    path === undefined || /^\/\S{0,1023}$/.test(path),
    "workload.healthCheckPath",
    path,
    "a path that begins with / and has at most 1024 characters",
  );
  return [
    ...problems,
    ...guardProblems(args.guard ?? {}, args.workload ?? {}),
    ...lastResortProblems(args.guard ?? {}, {
      secondWay: args.guard?.secondWay ?? true,
      publicRoutes: (args.testRoutes?.onPublicListener ?? PublicRoutes.Off) !== PublicRoutes.Off,
    }),
    ...testRoutesProblems(args.testRoutes ?? {}, args.listenerPort ?? 80),
  ];
}
