/** Where the tasks of scheduled drills run, and what all of them share: network, logs, and two roles. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { DrillNetworkArgs } from "./drillScheduleArgs.ts";
import { LONGEST_NAME, shortened } from "./longName.ts";
import { assumedBy } from "./policy.ts";

export interface DrillCluster {
  readonly cluster: aws.ecs.Cluster;
  readonly logs: aws.cloudwatch.LogGroup;
  readonly executionRole: aws.iam.Role;
  readonly schedulerRole: aws.iam.Role;
  readonly securityGroup: aws.ec2.SecurityGroup;
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly region: pulumi.Output<string>;
  readonly accountId: pulumi.Output<string>;
}

export function drillCluster(
  name: string,
  network: DrillNetworkArgs,
  child: pulumi.CustomResourceOptions,
): DrillCluster {
  const vpcId = network.vpcId ?? aws.ec2.getVpcOutput({ default: true }, child).id;
  const securityGroup = new aws.ec2.SecurityGroup(
    name,
    { name, description: "Backout: tasks that run drills", vpcId },
    child,
  );
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-out`,
    { securityGroupId: securityGroup.id, ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" },
    child,
  );
  const executionRole = new aws.iam.Role(
    `${name}-execution`,
    {
      name: shortened(`${name}-execution`, LONGEST_NAME),
      assumeRolePolicy: assumedBy("ecs-tasks.amazonaws.com"),
    },
    child,
  );
  new aws.iam.RolePolicyAttachment(
    `${name}-execution`,
    {
      role: executionRole.name,
      policyArn: "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
    },
    child,
  );
  return {
    cluster: new aws.ecs.Cluster(name, { name }, child),
    logs: new aws.cloudwatch.LogGroup(
      name,
      { name: `/backout/drills/${name}`, retentionInDays: 90 },
      child,
    ),
    executionRole,
    schedulerRole: new aws.iam.Role(
      `${name}-schedule`,
      {
        name: shortened(`${name}-schedule`, LONGEST_NAME),
        assumeRolePolicy: assumedBy("scheduler.amazonaws.com"),
      },
      child,
    ),
    securityGroup,
    subnetIds:
      network.subnetIds ??
      aws.ec2.getSubnetsOutput({ filters: [{ name: "vpc-id", values: [vpcId] }] }, child).ids,
    region: aws.getRegionOutput({}, child).region,
    accountId: aws.getCallerIdentityOutput({}, child).accountId,
  };
}
