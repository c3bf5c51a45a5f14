/** The AWS managed policies that the lab knows, with the statements AWS publishes. */
import type { ManagedPolicy } from "./store.ts";
import { parsePolicy } from "./document.ts";

const PUBLISHED = [
  {
    name: "AmazonECSTaskExecutionRolePolicy",
    id: "ANPALABECSTASKEXECUTE",
    createdAt: "2017-11-16T18:48:22Z",
    description:
      "Provides access to other AWS service resources that are required to run Amazon ECS tasks",
    actions: [
      "ecr:GetAuthorizationToken",
      "ecr:BatchCheckLayerAvailability",
      "ecr:GetDownloadUrlForLayer",
      "ecr:BatchGetImage",
      "logs:CreateLogStream",
      "logs:PutLogEvents",
    ],
  },
  {
    name: "AWSLambdaBasicExecutionRole",
    id: "ANPALABLAMBDABASICEXE",
    createdAt: "2015-04-09T15:03:43Z",
    description: "Provides write permissions to CloudWatch Logs.",
    actions: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
  },
];

export function awsManagedPolicies(): ManagedPolicy[] {
  return PUBLISHED.map(({ name, id, createdAt, description, actions }) => ({
    arn: `arn:aws:iam::aws:policy/service-role/${name}`,
    name,
    path: "/service-role/",
    id,
    description,
    createdAtMs: Date.parse(createdAt),
    document: parsePolicy(
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }],
      }),
      "identity",
    ),
    tags: new Map<string, string>(),
  }));
}
