/** Policies and their alarms: what is scaled when, and how often. */
import { beforeEach, describe, expect, test } from "vitest";
import { LABEL, scalingRoom, WHICH } from "./room.ts";

let room: ReturnType<typeof scalingRoom>;
beforeEach(async () => {
  room = scalingRoom();
  await room.register(1, 10);
});

describe("target tracking", () => {
  test("makes its own two alarms, on the metric that its label names", async () => {
    const { Alarms, PolicyARN } = await room.track();
    expect(Alarms).toHaveLength(2);
    const [high, low] = [...room.alarms.values()];
    expect(high).toMatchObject({
      MetricName: "RequestCountPerTarget",
      Dimensions: [
        { Name: "TargetGroup", Value: LABEL.slice(LABEL.indexOf("targetgroup")) },
        { Name: "LoadBalancer", Value: "app/shop/0123456789abcdef" },
      ],
      Threshold: 100,
      EvaluationPeriods: 3,
      AlarmActions: [PolicyARN],
    });
    expect(low).toMatchObject({ Threshold: 90, EvaluationPeriods: 15 });
    expect(high?.AlarmName).toMatch(/^TargetTracking-service\/shop\/shop-blue-AlarmHigh-/);
  });

  test("put again keeps its ARN, and one set of alarms", async () => {
    const before = await room.track();
    const after = await room.track({ TargetValue: 50, DisableScaleIn: true });
    expect(after.PolicyARN).toBe(before.PolicyARN);
    expect([...room.alarms.values()]).toMatchObject([{ Threshold: 50 }]);
  });

  test("goes with its alarms", async () => {
    await room.track();
    await room.call("DeleteScalingPolicy", { ...WHICH, PolicyName: "requests" });
    expect(room.alarms.size).toBe(0);
    const { ScalingPolicies } = await room.call("DescribeScalingPolicies", {
      ServiceNamespace: "ecs",
    });
    expect(ScalingPolicies).toEqual([]);
  });

  test("scales out in proportion, and counts what it added while that cools down", async () => {
    await room.track();
    await room.turn("AlarmHigh", "ALARM", 200);
    expect(room.service.desired).toBe(4);
    await room.minutes(4);
    expect(room.service.desired).toBe(4);
    await room.turn("AlarmHigh", "ALARM", 300);
    expect(room.service.desired).toBe(6);
  });

  test("goes on every minute while its alarm is in ALARM, once that has cooled down", async () => {
    await room.track({ ScaleOutCooldown: 60 });
    await room.turn("AlarmHigh", "ALARM", 150);
    expect(room.service.desired).toBe(3);
    await room.minutes(2);
    expect(room.service.desired).toBe(5);
    await room.minutes(10);
    expect(room.service.desired).toBe(10);
  });

  test("scales in to the minimum and no further", async () => {
    await room.register(2);
    room.service.desired = 6;
    await room.track();
    await room.turn("AlarmLow", "ALARM", 0);
    expect(room.service.desired).toBe(2);
  });

  test("does nothing without data", async () => {
    await room.track();
    await room.turn("AlarmLow", "INSUFFICIENT_DATA");
    await room.minutes(20);
    expect(room.service.desired).toBe(2);
  });

  test("of several policies scales in only when all are ready to, out when one is", async () => {
    room.service.desired = 4;
    await room.track();
    await room.track(
      {
        PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageCPUUtilization" },
      },
      "cpu",
    );
    await room.turn("AlarmLow", "ALARM", 10);
    expect(room.service.desired).toBe(4);
    await room.turn("AlarmLow", "OK");
    await room.turn("AlarmHigh", "ALARM", 200);
    expect(room.service.desired).toBe(8);
  });

  test("on CPU watches a metric that the lab does not have", async () => {
    const { Alarms } = await room.track({
      PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageCPUUtilization" },
    });
    expect(Alarms).toHaveLength(2);
    expect([...room.alarms.values()][0]).toMatchObject({
      Namespace: "AWS/ECS",
      MetricName: "CPUUtilization",
    });
  });
});

describe("step scaling", () => {
  test("goes by how far the person's own alarm is breached", async () => {
    const policyArn = await room.step({
      StepAdjustments: [
        { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 20, ScalingAdjustment: 1 },
        { MetricIntervalLowerBound: 20, ScalingAdjustment: 4 },
      ],
    });
    expect(policyArn).toMatch(
      /^arn:aws:autoscaling:.*:resource\/ecs\/service\/shop\/shop-blue:policyName\/steps$/,
    );
    await room.turn("mine", "ALARM", 60);
    expect(room.service.desired).toBe(3);
    await room.turn("mine", "ALARM", 75);
    // From the 2 before the activity that cools down: a larger one, not one more.
    expect(room.service.desired).toBe(6);
  });

  test("leaves the person's alarm when it goes", async () => {
    await room.step({ StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }] });
    await room.call("DeleteScalingPolicy", { ...WHICH, PolicyName: "steps" });
    expect(room.alarms.size).toBe(1);
    const outcome = await room.scaling.alarmed("arn:aws:autoscaling:gone");
    expect(outcome).toMatchObject({ ok: false });
  });

  test("scales in at most once while that cools down", async () => {
    room.service.desired = 8;
    await room.step({
      Cooldown: 120,
      StepAdjustments: [{ MetricIntervalUpperBound: 0, ScalingAdjustment: -1 }],
    });
    await room.turn("mine", "ALARM", 10);
    await room.minutes(1);
    expect(room.service.desired).toBe(7);
    await room.minutes(2);
    expect(room.service.desired).toBe(6);
  });
});
