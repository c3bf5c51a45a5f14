/** Drills by EventBridge Scheduler: it starts a task for each fire, and the task decides as the daemon does. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { renderReason } from "../base/errors.ts";
import { eventBridgeCrons } from "../drills/schedule/eventBridgeCron.ts";
import { ENVIRONMENT_TAG, environmentNames } from "../guard/names.ts";
import { type DrillCluster, drillCluster } from "./drillCluster.ts";
import { drillPolicies, journalGrants } from "./drillGrants.ts";
import { type DrillScheduleArgs, type Lane, readDrillSchedule } from "./drillScheduleArgs.ts";
import { LONGEST_NAME, shortened } from "./longName.ts";
import { renderDrillContainers, renderFire } from "./drillTask.ts";
import { assumedBy, inlinePolicy } from "./policy.ts";

const DAY_SECONDS = 86_400;

/** One lane's, before anything may start it. */
interface LaneTask {
  readonly lane: Lane;
  readonly laneName: string;
  readonly role: aws.iam.Role;
  readonly rights: readonly aws.iam.RolePolicy[];
  readonly task: aws.ecs.TaskDefinition;
}

/**
 * The schedules of one file. EventBridge Scheduler keeps the time and no more: it knows neither
 * windows nor blocked dates, gates, rests or deadlines, so each fire starts a task that decides by
 * the file, with the rules of `backout drill schedule`, and writes down why it started or did not.
 * Scheduler may ask for a fire more than once; it starts once.
 *
 * Name it as nothing else is named in the account: its cluster, roles and schedules bear its name.
 *
 * @throws pulumi.InputPropertiesError that lists every argument and every mistake in the file, and
 * what of the file EventBridge Scheduler cannot do
 */
export class DrillSchedule extends pulumi.ComponentResource {
  /** The cluster in which the tasks run. */
  readonly clusterArn: pulumi.Output<string>;
  /** Where the tasks say what they decide. */
  readonly logGroupName: pulumi.Output<string>;

  constructor(name: string, args: DrillScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("backout:index:DrillSchedule", name, {}, opts);
    const { lanes, problems, notes } = readDrillSchedule(args, Date.now());
    if (problems.length > 0) {
      throw new pulumi.InputPropertiesError({
        message: `drill schedule "${name}" cannot be provisioned`,
        errors: problems.map((problem) => ({
          propertyPath: problem.field,
          reason: renderReason(problem),
        })),
      });
    }
    for (const note of notes) void pulumi.log.warn(note, this);
    const shared = drillCluster(name, args.network ?? {}, { parent: this });
    const made = lanes.map((lane) => this.#task(name, lane, args, shared));
    const start = this.#start(name, made, shared);
    for (const one of made) this.#schedules(one, args, shared, start);
    this.clusterArn = shared.cluster.arn;
    this.logGroupName = shared.logs.name;
    this.registerOutputs({ clusterArn: this.clusterArn, logGroupName: this.logGroupName });
  }

  #task(name: string, lane: Lane, args: DrillScheduleArgs, shared: DrillCluster): LaneTask {
    const child = { parent: this };
    const { schedule, environment } = lane;
    const laneName = `${name}-${schedule.name}-${environment}`;
    const tags = { [ENVIRONMENT_TAG]: environment };
    const role = new aws.iam.Role(
      laneName,
      {
        name: shortened(laneName, LONGEST_NAME),
        description: `Backout: runs the drills of ${lane.name}`,
        assumeRolePolicy: assumedBy("ecs-tasks.amazonaws.com"),
        tags,
      },
      child,
    );
    const rights = this.#rights(laneName, lane, args.journal, role, shared);
    const task = new aws.ecs.TaskDefinition(
      laneName,
      {
        family: laneName,
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: String(args.cpu ?? 512),
        memory: String(args.memoryMiB ?? 1024),
        executionRoleArn: shared.executionRole.arn,
        taskRoleArn: role.arn,
        containerDefinitions: pulumi
          .all([shared.region, shared.logs.name])
          .apply(([region, logGroup]) =>
            JSON.stringify(renderDrillContainers({ lane, image: args.image, region, logGroup })),
          ),
        tags,
      },
      child,
    );
    return { lane, laneName, role, rights, task };
  }

  /** What EventBridge Scheduler may do: start these tasks in this cluster, as these roles. */
  #start(name: string, made: readonly LaneTask[], shared: DrillCluster): aws.iam.RolePolicy {
    return new aws.iam.RolePolicy(
      `${name}-schedule`,
      {
        name: "start",
        role: shared.schedulerRole.name,
        policy: inlinePolicy([
          {
            actions: ["ecs:RunTask"],
            // Of any revision: an update must not leave a moment in which none may be started.
            resources: made.map(({ task }) => pulumi.interpolate`${task.arnWithoutRevision}:*`),
            when: { "ecs:cluster": shared.cluster.arn },
          },
          {
            actions: ["iam:PassRole"],
            resources: [...made.map(({ role }) => role.arn), shared.executionRole.arn],
            when: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
          },
        ]),
      },
      { parent: this },
    );
  }

  #schedules(
    { lane, laneName, task, rights }: LaneTask,
    args: DrillScheduleArgs,
    shared: DrillCluster,
    start: aws.iam.RolePolicy,
  ): void {
    const child = { parent: this };
    const { schedule } = lane;
    const { timing, startDeadlineMs, jitterMs, paused } = schedule;
    const expressions = eventBridgeCrons(timing.cron.text) ?? [];
    expressions.forEach((scheduleExpression, index) => {
      const suffix = index === 0 ? "" : `-${index + 1}`;
      new aws.scheduler.Schedule(
        `${laneName}${suffix}`,
        {
          name: `${shortened(laneName, LONGEST_NAME - suffix.length)}${suffix}`,
          description: `Backout: drills of ${lane.name}`,
          scheduleExpression,
          scheduleExpressionTimezone: timing.zone,
          // The file's jitter is the task's: it is drawn so that it can be foretold.
          flexibleTimeWindow: { mode: "OFF" },
          state: paused ? "DISABLED" : "ENABLED",
          target: {
            arn: shared.cluster.arn,
            roleArn: shared.schedulerRole.arn,
            input: pulumi
              .all([shared.region, shared.accountId])
              .apply(([region, accountId]) =>
                JSON.stringify(renderFire(lane, args.journal, { region, accountId })),
              ),
            ecsParameters: {
              taskDefinitionArn: task.arn,
              taskCount: 1,
              launchType: "FARGATE",
              networkConfiguration: {
                subnets: shared.subnetIds,
                securityGroups: [shared.securityGroup.id],
                assignPublicIp: args.network?.assignPublicIp ?? true,
              },
            },
            // Later than this no task could start it any more.
            retryPolicy: {
              maximumEventAgeInSeconds: Math.min(
                DAY_SECONDS,
                Math.max(60, Math.ceil((startDeadlineMs + jitterMs) / 1000)),
              ),
              maximumRetryAttempts: 185,
            },
          },
        },
        { ...child, dependsOn: [start, ...rights] },
      );
    });
  }

  /** The role's policies, one a drill; preview also says them in words. */
  #rights(
    laneName: string,
    lane: Lane,
    journal: string,
    role: aws.iam.Role,
    { region, accountId }: DrillCluster,
  ): aws.iam.RolePolicy[] {
    const names = environmentNames(lane.environment);
    const known = { region: "REGION", accountId: "ACCOUNT" };
    const toJournal = journalGrants(journal);
    // Which there are does not depend on the place, so that preview shows each of them.
    const policies = drillPolicies(lane.schedule.drills, names, known);
    const inline = (suffix: string, policy: pulumi.Output<string>): aws.iam.RolePolicy =>
      new aws.iam.RolePolicy(
        `${laneName}-${suffix}`,
        { name: suffix, role: role.name, policy },
        { parent: this },
      );
    if (pulumi.runtime.isDryRun()) {
      const actions = policies.map(
        ({ name, grants }) => `\n  ${name}: ${grants.flatMap((grant) => grant.actions).join(", ")}`,
      );
      void pulumi.log.info(`${lane.name}: its task may do${actions.join("")}`, this);
    }
    return [
      ...policies.map(({ name }, index) =>
        inline(
          name,
          pulumi.all([region, accountId]).apply(([atRegion, account]) =>
            inlinePolicy(
              drillPolicies(lane.schedule.drills, names, {
                region: atRegion,
                accountId: account,
              })[index]?.grants ?? [],
            ),
          ),
        ),
      ),
      ...(toJournal.length > 0 ? [inline("journal", inlinePolicy(toJournal))] : []),
    ];
  }
}
