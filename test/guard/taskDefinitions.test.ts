import { expect, test } from "vitest";
import { renderForSlot } from "../../guard/taskDefinitions.ts";

const logs = (prefix: string) => ({
  logDriver: "awslogs" as const,
  options: { "awslogs-group": "/backout/checkout", "awslogs-stream-prefix": prefix },
});

test("a release that ran in blue calls itself green once it comes back into green", () => {
  const definition = {
    taskDefinitionArn: "arn:aws:ecs:us-east-1:000000000000:task-definition/checkout-blue:3",
    family: "checkout-blue",
    revision: 3,
    status: "INACTIVE" as const,
    compatibilities: ["FARGATE" as const],
    registeredBy: "somebody",
    cpu: "256",
    taskRoleArn: "role",
    containerDefinitions: [
      {
        name: "app",
        image: "shop:1",
        environment: [
          { name: "BACKOUT_SLOT", value: "blue" },
          { name: "COLOUR", value: "blue" },
        ],
        logConfiguration: logs("blue"),
      },
      { name: "logger", image: "logger:1", logConfiguration: logs("elsewhere") },
    ],
  };
  const tags = [{ key: "backout:environment", value: "checkout" }];
  expect(renderForSlot(definition, tags, "checkout-green", "green")).toEqual({
    family: "checkout-green",
    cpu: "256",
    taskRoleArn: "role",
    containerDefinitions: [
      {
        name: "app",
        image: "shop:1",
        environment: [
          { name: "COLOUR", value: "blue" },
          { name: "BACKOUT_SLOT", value: "green" },
        ],
        logConfiguration: logs("green"),
      },
      { name: "logger", image: "logger:1", logConfiguration: logs("elsewhere") },
    ],
    tags,
  });
});

test("ECS refuses an empty list of tags: none is said", () => {
  expect(renderForSlot({ family: "a" }, [], "b", "blue")).not.toHaveProperty("tags");
});
