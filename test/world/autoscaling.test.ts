/**
 * Slots that Application Auto Scaling has too, in the in-process lab: the guard's function under its
 * own role, a person's targets and policies, and nobody undoes what the other does.
 */
import {
  type ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { DescribeTargetGroupsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ecsScalableTargets } from "../../guard/autoscaling/scalableTargets.ts";
import { type IdlePorts, prepareCandidate } from "../../guard/idleSlot.ts";
import { environmentNames } from "../../guard/names.ts";
import { DEFAULT_SETTINGS } from "../../guard/rollout/settings.ts";
import { startRollout } from "../../guard/rollout/start.ts";
import { shiftPorts } from "../../guard/rollout/tick.ts";
import { type Slot, SLOTS } from "../../guard/slot.ts";
import { ecsSlotServices } from "../../guard/slotServices.ts";
import { type World, world } from "./world.ts";

const MINUTE_MS = 60_000;
const COUNT = { ServiceNamespace: "ecs", ScalableDimension: "ecs:service:DesiredCount" } as const;
const idOf = (slot: Slot): string => `service/checkout/checkout-${slot}`;
/** The person's own. */
const BOUNDS = { blue: { min: 1, max: 6 }, green: { min: 2, max: 6 } };

describe("a slot that is scaled automatically", { timeout: 120_000 }, () => {
  let here: World;
  let scaling: ApplicationAutoScalingClient;
  let idle: NonNullable<IdlePorts["idle"]>;

  beforeEach(async () => {
    const config = { "backout:idleCount": "0", "backout:desiredCount": "3" };
    here = await world({ seed: 3, signals: "alb", config });
    scaling = here.aws.autoscaling;
    const names = environmentNames("checkout");
    const services = ecsSlotServices(here.aws.ecs, names);
    idle = { count: 0, services, targets: ecsScalableTargets(scaling, names) };
    for (const slot of SLOTS) await attach(slot);
    here.clients.come(1);
  }, 120_000);
  afterEach(() => here.stop());

  /** A target, and a policy by which a slot of few requests is scaled in, as a person would. */
  async function attach(slot: Slot): Promise<void> {
    const { min, max } = BOUNDS[slot];
    const ResourceId = idOf(slot);
    await scaling.send(
      new RegisterScalableTargetCommand({
        ...COUNT,
        ResourceId,
        MinCapacity: min,
        MaxCapacity: max,
      }),
    );
    const { TargetGroups = [] } = await here.aws.elbv2.send(
      new DescribeTargetGroupsCommand({ Names: [`checkout-${slot}`] }),
    );
    const [{ TargetGroupArn = "", LoadBalancerArns = [] } = {}] = TargetGroups;
    const balancer = LoadBalancerArns[0]?.split(":loadbalancer/")[1];
    await scaling.send(
      new PutScalingPolicyCommand({
        ...COUNT,
        ResourceId,
        PolicyName: "requests",
        PolicyType: "TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration: {
          // 1 request a second are 20 a minute for each of three tasks.
          TargetValue: 20,
          PredefinedMetricSpecification: {
            PredefinedMetricType: "ALBRequestCountPerTarget",
            ResourceLabel: `${balancer}/${TargetGroupArn.split(":").at(-1)}`,
          },
        },
      }),
    );
  }

  async function sight() {
    const { ScalableTargets = [] } = await scaling.send(
      new DescribeScalableTargetsCommand({ ...COUNT }),
    );
    const at = async (slot: Slot) => {
      const found = ScalableTargets.find(({ ResourceId }) => ResourceId === idOf(slot));
      const { desired: tasks } = await idle.services.look(slot);
      return { tasks, min: found?.MinCapacity, max: found?.MaxCapacity };
    };
    return { blue: await at("blue"), green: await at("green") };
  }

  const minimums = async () => (await here.operator.store.read()).minimums;
  const prepare = (): Promise<void> =>
    prepareCandidate("green", 15 * MINUTE_MS, {
      ...shiftPorts(here.operator),
      idle,
      environmentNow: () => here.nowMs,
      sleep: async () => void (await here.advance(10_000)),
      say: () => {},
      log: () => {},
    });
  const soon = (holds: () => Promise<boolean>) => here.until(holds, 60 * MINUTE_MS, 10_000);
  const rests = (slot: Slot) => soon(async () => (await sight())[slot].tasks === 0);

  // What the guard must not do, and why the tests below fail when it does.
  test("is scaled in again when somebody only sets its count", async () => {
    const { store } = here.operator;
    const until = new Date(here.nowMs + 60 * MINUTE_MS).toISOString();
    const record = await store.read();
    await store.replace(record, { ...record, preparing: { slot: "green", until } });
    await idle.services.scale("green", 3);
    expect(await soon(async () => (await sight()).green.tasks !== 3)).toBe(true);
    expect((await sight()).green).toEqual({ tasks: 2, min: 2, max: 6 });
  });

  test("rests below the person's minimum, and has it back after its rollout", async () => {
    expect(await rests("green")).toBe(true);
    expect((await sight()).green).toEqual({ tasks: 0, min: 0, max: 6 });
    expect(await minimums()).toMatchObject({ blue: null, green: { own: 2 } });

    await prepare();
    expect(await sight()).toEqual({
      blue: { tasks: 3, min: 3, max: 6 },
      green: { tasks: 3, min: 3, max: 6 },
    });
    expect(await minimums()).toMatchObject({ blue: { own: 1 }, green: { own: 2 } });

    // Longer than target tracking needs to scale in a slot with a twentieth of the traffic.
    const steps = [
      { weight: 5, bakeMs: 25 * MINUTE_MS, gate: false },
      { weight: 100, bakeMs: 5 * MINUTE_MS, gate: false },
    ];
    const settings = { ...DEFAULT_SETTINGS, minimumRequests: 0, warmMs: 25 * MINUTE_MS };
    await startRollout({ ...settings, steps }, here.operator);
    await here.advance(24 * MINUTE_MS);
    expect((await sight()).green.tasks).toBe(3);
    await soon(async () => (await here.operator.store.read()).stable === "green");
    expect((await sight()).blue.tasks).toBe(3);

    await here.advance(3 * MINUTE_MS);
    expect((await sight()).green).toEqual({ tasks: 3, min: 2, max: 6 });
    // The slot before is warm: as large as it was, though it has no request.
    await here.advance(20 * MINUTE_MS);
    expect((await sight()).blue).toEqual({ tasks: 3, min: 3, max: 6 });
    expect(await rests("blue")).toBe(true);
    await here.advance(3 * MINUTE_MS);
    expect((await sight()).blue).toEqual({ tasks: 0, min: 0, max: 6 });
    expect(await minimums()).toMatchObject({ blue: { own: 1 }, green: null });
  });

  test("gets its minimum back from the guard alone after a command that died", async () => {
    await rests("green");
    await prepare();
    await here.advance(20 * MINUTE_MS);
    expect(await sight()).toEqual({
      blue: { tasks: 3, min: 1, max: 6 },
      green: { tasks: 0, min: 0, max: 6 },
    });
    expect(await minimums()).toMatchObject({ blue: null, green: { own: 2 } });
  });

  test("keeps a minimum that the person changes meanwhile", async () => {
    await rests("green");
    await prepare();
    const theirs = { ...COUNT, ResourceId: idOf("blue"), MinCapacity: 2 };
    await scaling.send(new RegisterScalableTargetCommand(theirs));
    await here.advance(20 * MINUTE_MS);
    expect((await sight()).blue.min).toBe(2);
  });
});
