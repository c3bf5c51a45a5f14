/** Calls the guard every minute: it looks for what an event missed, and takes a rollout's next step. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EnvironmentNames } from "../guard/names.ts";

export interface GuardScheduleArgs {
  readonly names: EnvironmentNames;
  readonly function: aws.lambda.Function;
  readonly tags: Record<string, string>;
}

/**
 * A rule of EventBridge and not a Step Functions execution per rollout: it also runs when there is
 * no rollout, it cannot be forgotten or die half way, and it costs one invocation a minute.
 */
export class GuardSchedule extends pulumi.ComponentResource {
  constructor(name: string, args: GuardScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("backout:index:GuardSchedule", name, {}, opts);
    const child = { parent: this };
    const rule = new aws.cloudwatch.EventRule(
      name,
      {
        name: args.names.reconcileRule,
        description: "Backout: the guard looks every minute, and takes a rollout's next step",
        scheduleExpression: "rate(1 minute)",
        tags: args.tags,
      },
      child,
    );
    const permission = new aws.lambda.Permission(
      name,
      {
        statementId: "reconcile",
        action: "lambda:InvokeFunction",
        function: args.function.name,
        principal: "events.amazonaws.com",
        sourceArn: rule.arn,
      },
      child,
    );
    new aws.cloudwatch.EventTarget(
      name,
      { rule: rule.name, targetId: "guard", arn: args.function.arn },
      { ...child, dependsOn: [permission] },
    );
    this.registerOutputs({});
  }
}
