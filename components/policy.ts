/** IAM policy documents, as JSON text with keys in a fixed order so that no update is a false one. */
import * as pulumi from "@pulumi/pulumi";

/** Lets an AWS service assume the role. */
export function assumedBy(service: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });
}

export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly pulumi.Input<string>[];
  /** Condition keys and the one value that each must have. @default none */
  readonly when?: Readonly<Record<string, pulumi.Input<string>>>;
}

export function inlinePolicy(grants: readonly Grant[]): pulumi.Output<string> {
  return pulumi.output(grants).apply((known) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: known.map((grant) => ({
        Effect: "Allow",
        Action: grant.actions,
        Resource: grant.resources,
        ...(grant.when && { Condition: { StringEquals: grant.when } }),
      })),
    }),
  );
}
