/** Scalable targets: registered, changed, described, gone. */
import { beforeEach, describe, expect, test } from "vitest";
import { refusal } from "../fixture.ts";
import { LABEL, scalingRoom, SERVICE, WHICH } from "./room.ts";

let room: ReturnType<typeof scalingRoom>;
beforeEach(() => {
  room = scalingRoom();
});

const bounds = async () => {
  const { ScalableTargets } = await room.call("DescribeScalableTargets", {
    ServiceNamespace: "ecs",
  });
  return ScalableTargets[0];
};

describe("a scalable target", () => {
  test("brings the count inside its bounds when it is registered", async () => {
    await room.register(3, 5);
    expect(room.service.desired).toBe(3);
  });

  test("and again whenever it is changed, whatever the change says", async () => {
    await room.register(1, 5);
    room.service.desired = 9;
    await room.register(undefined, undefined, {
      SuspendedState: { DynamicScalingOutSuspended: true },
    });
    expect(room.service.desired).toBe(5);
    await room.register(undefined, 4);
    expect(room.service.desired).toBe(4);
  });

  test("leaves a count alone that a person sets outside of them", async () => {
    await room.register(2, 5);
    room.service.desired = 0;
    await room.minutes(30);
    expect(room.service.desired).toBe(0);
  });

  test("leaves a service alone that is not active", async () => {
    room.service.active = false;
    await room.register(3, 5);
    expect(room.service.desired).toBe(2);
  });

  test("keeps what a change leaves out", async () => {
    await room.register(1, 5, { SuspendedState: { DynamicScalingInSuspended: true } });
    await room.register(2);
    await room.register(undefined, undefined, {
      SuspendedState: { ScheduledScalingSuspended: true },
    });
    expect(await bounds()).toMatchObject({
      ResourceId: SERVICE,
      MinCapacity: 2,
      MaxCapacity: 5,
      SuspendedState: {
        DynamicScalingInSuspended: true,
        DynamicScalingOutSuspended: false,
        ScheduledScalingSuspended: true,
      },
    });
  });

  test("takes its policies and their alarms with it", async () => {
    await room.register(1, 5);
    await room.track();
    expect(room.alarms.size).toBe(2);
    await room.call("DeregisterScalableTarget", WHICH);
    expect(room.alarms.size).toBe(0);
    expect(await bounds()).toBeUndefined();
    const gone = await refusal(room.call("DeregisterScalableTarget", WHICH));
    expect(gone.code).toBe("ObjectNotFoundException");
  });

  test("needs a caller who may scale the service itself", async () => {
    room.refused.push("not authorized to perform: ecs:UpdateService");
    expect((await refusal(room.register(1, 5))).code).toBe("AccessDeniedException");
    expect(await bounds()).toBeUndefined();
  });
});

const tracking = (more: object) => ({
  PolicyName: "p",
  PolicyType: "TargetTrackingScaling",
  TargetTrackingScalingPolicyConfiguration: { TargetValue: 100, ...more },
});
const metric = (PredefinedMetricType: string, ResourceLabel?: string) =>
  tracking({ PredefinedMetricSpecification: { PredefinedMetricType, ResourceLabel } });
const steps = (...StepAdjustments: object[]) => ({
  PolicyName: "p",
  PolicyType: "StepScaling",
  StepScalingPolicyConfiguration: { AdjustmentType: "ChangeInCapacity", StepAdjustments },
});
const range = (low?: number, high?: number) => ({
  MetricIntervalLowerBound: low,
  MetricIntervalUpperBound: high,
  ScalingAdjustment: 1,
});

test.each<[what: string, operation: string, input: object, code: string, says: string]>([
  ["no maximum", "RegisterScalableTarget", { MinCapacity: 1 }, "ValidationException", "required"],
  [
    "a maximum below the minimum",
    "RegisterScalableTarget",
    { MinCapacity: 3, MaxCapacity: 2 },
    "ValidationException",
    "less than minimum",
  ],
  [
    "a service that is not there",
    "RegisterScalableTarget",
    { MinCapacity: 1, MaxCapacity: 2, ResourceId: "service/shop/none" },
    "ValidationException",
    "doesn't exist",
  ],
  [
    "another namespace",
    "RegisterScalableTarget",
    { ServiceNamespace: "dynamodb" },
    "NotImplemented",
    "dynamodb",
  ],
  ["tags", "RegisterScalableTarget", { Tags: { a: "b" } }, "NotImplemented", "Tags"],
  [
    "a policy for no target",
    "PutScalingPolicy",
    metric("ALBRequestCountPerTarget", LABEL),
    "ObjectNotFoundException",
    SERVICE,
  ],
  [
    "a label of nothing",
    "PutScalingPolicy",
    metric("ALBRequestCountPerTarget"),
    "ValidationException",
    "label",
  ],
  [
    "memory",
    "PutScalingPolicy",
    metric("ECSServiceAverageMemoryUtilization"),
    "NotImplemented",
    "ECSServiceAverageMemoryUtilization",
  ],
  [
    "a metric of one's own",
    "PutScalingPolicy",
    tracking({ CustomizedMetricSpecification: { MetricName: "x" } }),
    "NotImplemented",
    "CustomizedMetricSpecification",
  ],
  [
    "prediction",
    "PutScalingPolicy",
    { PolicyName: "p", PolicyType: "PredictiveScaling" },
    "NotImplemented",
    "PredictiveScaling",
  ],
  ["no steps", "PutScalingPolicy", steps(), "ValidationException", "at least one"],
  ["a gap", "PutScalingPolicy", steps(range(0, 10), range(20)), "ValidationException", "gap"],
  [
    "an overlap",
    "PutScalingPolicy",
    steps(range(0, 10), range(5)),
    "ValidationException",
    "overlap",
  ],
  ["no open end", "PutScalingPolicy", steps(range(0, 10)), "ValidationException", "null upper"],
  ["no open begin", "PutScalingPolicy", steps(range(-5, 0)), "ValidationException", "null lower"],
])("refused: %s", async (_what, operation, input, code, says) => {
  const error = await refusal(room.call(operation, { ...WHICH, ...input }));
  expect(error).toMatchObject({ code });
  expect(error.message).toContain(says);
});
