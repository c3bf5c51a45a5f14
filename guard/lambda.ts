/** The guard as a Lambda function: settings from the environment, SDK clients, one handler. */
import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SNSClient } from "@aws-sdk/client-sns";
import { z } from "zod";
import { connectGuard, type GuardClients } from "./connect.ts";
import { identityOf, identityVariables } from "./functionIdentity.ts";
import { type GuardPorts, handleAlarm } from "./handle.ts";
import { handleSentinel } from "./handleSentinel.ts";
import { parseWebhooks } from "./notices/webhooks.ts";
import type { Reversion } from "./reversion.ts";
import { REHEARSED_FAILURE_VARIABLE } from "./names.ts";
import { guardHooks } from "./rollout/hookRunner.ts";
import type { HookRunner } from "./rollout/hooks.ts";
import { SENTINEL_SOURCE } from "./sentinelEvent.ts";
import { sameWeights } from "./slot.ts";
import type { Traffic } from "./traffic.ts";
import { connectVerification } from "./verification/connect.ts";
import { tickAndVerify } from "./verification/minute.ts";
import { parseVerification } from "./verification/settings.ts";

/** What the reversion function is told; the component `ReversionFunction` sets exactly these. */
const settingsSchema = identityVariables
  .extend({
    BACKOUT_IDLE_COUNT: z.coerce.number().int().min(0).optional(),
    BACKOUT_WEBHOOKS: z.string().optional(),
  })
  .transform((settings) => ({
    ...identityOf(settings),
    idleCount: settings.BACKOUT_IDLE_COUNT ?? null,
    webhooks: parseWebhooks(settings.BACKOUT_WEBHOOKS),
  }));

/** What EventBridge sends at every minute of a scheduled rule ("Events from AWS services"). */
const scheduledEventSchema = z.object({
  source: z.literal("aws.events"),
  /** When the rule fired: the environment's clock, also where the function's wall is another. */
  time: z.iso.datetime(),
});

/** No function of Lambda runs for longer. */
const LONGEST_TIMEOUT_MS = 900_000;

const fromSentinelSchema = z.object({ source: z.literal(SENTINEL_SOURCE) });

/** One attempt each: the guard itself decides what to try again, and how long it may take. */
export function connectClients(config: object = {}): GuardClients {
  const once = { ...config, maxAttempts: 1 };
  return {
    autoscaling: new ApplicationAutoScalingClient(once),
    cloudwatch: new CloudWatchClient(once),
    dynamodb: new DynamoDBClient(once),
    ecs: new ECSClient(once),
    elbv2: new ElasticLoadBalancingV2Client(once),
    sns: new SNSClient(once),
  };
}

/**
 * Called by the slots' alarms, by the candidate's sentinel, and every minute by a schedule: that
 * reconciles what an event missed and takes a rollout's next step.
 *
 * @throws always when BACKOUT_REHEARSED_FAILURE is `throw`: the proof that a drill can fail; with
 *   `hang` it does nothing until Lambda ends it, with `exit-after-write` its process ends right after
 *   it has written weights
 */
export async function handler(event: unknown): Promise<Reversion | null> {
  // New connections every time: a warm environment is frozen between two events, its idle
  // connections are closed meanwhile, and writing to one fails (EPIPE). Each call has one attempt, so
  // that would cost the reversion the minute until Lambda calls again.
  const clients = connectClients();
  try {
    return await handleEvent(event, {
      env: process.env,
      clients,
      hooks: guardHooks(async () => {
        const { LambdaClient } = await import("@aws-sdk/client-lambda");
        return new LambdaClient({ maxAttempts: 1 });
      }),
      now: Date.now,
      sleep: (wallMs) => new Promise((resolve) => setTimeout(resolve, wallMs)),
      log: (line) => console.log(line),
      exit: () => process.exit(1),
    });
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}

/** What a function has around it: its process on Lambda, or a simulation's. */
export interface FunctionPlace extends Pick<GuardPorts, "now" | "sleep" | "log"> {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clients: GuardClients;
  /** Who asks a rollout's hooks; without it they wait for somebody else. */
  readonly hooks?: HookRunner;
  /** Ends the process. @default it does nothing more until Lambda ends it */
  readonly exit?: () => never;
}

/** As `handler`. */
export async function handleEvent(event: unknown, place: FunctionPlace): Promise<Reversion | null> {
  const { env, clients, hooks, now, sleep, log } = place;
  const failure = env[REHEARSED_FAILURE_VARIABLE];
  if (failure === "hang") await sleep(LONGEST_TIMEOUT_MS);
  if (failure === "throw" || failure === "hang") {
    throw new Error(
      "the guard's handler fails: this environment was provisioned to rehearse that, or a drill does",
    );
  }
  const scheduled = scheduledEventSchema.safeParse(event).data;
  const environmentNow = scheduled ? () => Date.parse(scheduled.time) : now;
  const settings = settingsSchema.parse(env);
  const connected = connectGuard(clients, settings, environmentNow, log);
  const traffic = failure === "exit-after-write" ? lastWrite(connected.traffic, place) : null;
  const ports = { ...connected, ...(hooks && { hooks }), ...(traffic && { traffic }), now, sleep };
  if (scheduled) {
    const asked = parseVerification(env["BACKOUT_VERIFICATION"]);
    const { ticking, verifying } = connectVerification(clients, settings, ports, asked);
    return (await tickAndVerify(ticking, verifying)).reversion;
  }
  const handle = fromSentinelSchema.safeParse(event).success ? handleSentinel : handleAlarm;
  return handle(event, ports);
}

/** Nobody hears of a write that moves the traffic: the process has ended before it can be read back, latched or recorded. */
function lastWrite(traffic: Traffic, { exit, sleep }: FunctionPlace): Traffic {
  return {
    ...traffic,
    async write(weights, ...rest) {
      const before = await traffic.read();
      await traffic.write(weights, ...rest);
      if (sameWeights(before.weights, weights)) return;
      exit?.();
      await sleep(LONGEST_TIMEOUT_MS);
    },
  };
}
