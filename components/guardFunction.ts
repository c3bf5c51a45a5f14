/** A Lambda function that brings traffic home, with a role and a log group of its own. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { bundleGuard } from "./guardBundle.ts";
import { assumedBy, type Grant, inlinePolicy } from "./policy.ts";

export interface GuardFunctionArgs {
  /** Of the function and its role. */
  readonly functionName: string;
  readonly description: string;
  readonly code: ReturnType<typeof bundleGuard>;
  /** The name of the role's one policy, and what it allows beside logging. */
  readonly policyName: string;
  readonly grants: readonly Grant[];
  /** Wall seconds. */
  readonly timeoutSeconds: number;
  readonly variables: Readonly<Record<string, pulumi.Input<string>>>;
  readonly tags: Record<string, string>;
}

export function guardFunction(
  name: string,
  args: GuardFunctionArgs,
  child: pulumi.ComponentResourceOptions,
): aws.lambda.Function {
  const { functionName, tags } = args;
  const role = new aws.iam.Role(
    name,
    { name: functionName, assumeRolePolicy: assumedBy("lambda.amazonaws.com"), tags },
    child,
  );
  const logging = new aws.iam.RolePolicyAttachment(
    name,
    {
      role: role.name,
      policyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    },
    child,
  );
  const policy = new aws.iam.RolePolicy(
    name,
    { name: args.policyName, role: role.name, policy: inlinePolicy(args.grants) },
    child,
  );
  const logs = new aws.cloudwatch.LogGroup(
    name,
    { name: `/aws/lambda/${functionName}`, retentionInDays: 30, tags },
    child,
  );
  return new aws.lambda.Function(
    name,
    {
      name: functionName,
      description: args.description,
      role: role.arn,
      runtime: "nodejs24.x",
      handler: "index.handler",
      code: args.code.then(
        (source) =>
          new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(source) }),
      ),
      memorySize: 256,
      timeout: args.timeoutSeconds,
      environment: { variables: args.variables },
      tags,
    },
    { ...child, dependsOn: [policy, logging, logs] },
  );
}
