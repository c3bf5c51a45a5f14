/** Application Auto Scaling on a clock moved by hand, over services and alarms in memory. */
import type { MetricAlarm, PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import { AutoScaling } from "../../../lab/autoscaling/autoscaling.ts";
import { callerOf, testCore } from "../fixture.ts";

export const SERVICE = "service/shop/shop-blue";
export const LABEL = "app/shop/0123456789abcdef/targetgroup/shop-blue/fedcba9876543210";
export const WHICH = {
  ServiceNamespace: "ecs",
  ScalableDimension: "ecs:service:DesiredCount",
  ResourceId: SERVICE,
};
const MINUTE_MS = 60_000;
/** A person's own alarm. */
const MINE: PutMetricAlarmInput = {
  AlarmName: "mine",
  Threshold: 50,
  ComparisonOperator: "GreaterThanThreshold",
  EvaluationPeriods: 1,
};

export function scalingRoom() {
  const core = testCore();
  const service = { desired: 2, deploying: false, active: true };
  const alarms = new Map<string, PutMetricAlarmInput & { state: string; value?: number }>();
  const described = (): MetricAlarm[] =>
    [...alarms.values()].map(({ state, ...alarm }) =>
      Object.assign(alarm, { StateValue: state as MetricAlarm["StateValue"] }),
    );
  const refused: string[] = [];
  const scaling = new AutoScaling(core, {
    capacity: async (id) => (id === SERVICE ? { ...service } : undefined),
    setCapacity: async (_id, desired) => void (service.desired = desired),
    refusal: (_principal, action) => refused.find((message) => message.includes(action)),
    putAlarm: async (alarm) => void alarms.set(alarm.AlarmName ?? "", { ...alarm, state: "OK" }),
    deleteAlarms: async (names) => names.forEach((name) => alarms.delete(name)),
    scalingAlarms: async () => described(),
    latest: async ({ AlarmName = "" }) => alarms.get(AlarmName)?.value,
  });
  const call = callerOf(scaling);
  const register = (min?: number, max?: number, more: object = {}) =>
    call("RegisterScalableTarget", { ...WHICH, MinCapacity: min, MaxCapacity: max, ...more });
  const track = (more: object = {}, PolicyName = "requests") =>
    call("PutScalingPolicy", {
      ...WHICH,
      PolicyName,
      PolicyType: "TargetTrackingScaling",
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 100,
        PredefinedMetricSpecification: {
          PredefinedMetricType: "ALBRequestCountPerTarget",
          ResourceLabel: LABEL,
        },
        ...more,
      },
    });
  /** Puts a step scaling policy and an alarm that calls it, with a threshold of 50. */
  const step = async (configuration: object, state = "OK") => {
    const StepScalingPolicyConfiguration = { AdjustmentType: "ChangeInCapacity", ...configuration };
    const { PolicyARN } = await call("PutScalingPolicy", {
      ...WHICH,
      PolicyName: "steps",
      PolicyType: "StepScaling",
      StepScalingPolicyConfiguration,
    });
    const AlarmActions = [String(PolicyARN)];
    alarms.set("mine", { ...MINE, AlarmActions, state });
    return AlarmActions[0] ?? "";
  };
  /** The alarm of that name, or the one that target tracking made, turns, and stays so. */
  const turn = async (which: string, state: string, value?: number): Promise<void> => {
    const [name, alarm] = [...alarms].find(([key]) => key.includes(which)) ?? [];
    if (!alarm || !name) throw new Error(`no alarm ${which}`);
    const { value: _, ...rest } = alarm;
    alarms.set(name, { ...rest, state, ...(value !== undefined && { value }) });
    if (state === "ALARM") await scaling.alarmed(alarm.AlarmActions?.[0] ?? "");
  };
  return {
    core,
    scaling,
    service,
    alarms,
    refused,
    call,
    register,
    track,
    step,
    turn,
    minutes: (n: number) => core.clock.advance(n * MINUTE_MS),
  };
}
