/** The watchdog as a Lambda function of its own: settings from the environment, one round a call. */
import { z } from "zod";
import { connectClients } from "../lambda.ts";
import { connectGuard, type GuardClients } from "../connect.ts";
import { identityOf, identityVariables } from "../functionIdentity.ts";
import type { GuardPorts } from "../handle.ts";
import { connectLastResort } from "../lastResort/connect.ts";
import { environmentNames } from "../names.ts";
import { announcer } from "./announce.ts";
import { type ProbePlan, probeSlots } from "./ask.ts";
import { httpProbe, type Probe } from "./probe.ts";
import { dynamoSightStore } from "./sight.ts";
import { type Round, watch } from "./watch.ts";

/** What the watchdog's function is told; the component `Watchdog` sets exactly these. */
const settingsSchema = identityVariables
  .extend({
    BACKOUT_PROBE_URL: z.url(),
    BACKOUT_PROBE_HEADER: z.string().optional(),
    BACKOUT_PROBE_SECRET: z.string().optional(),
    BACKOUT_ERROR_RATE_PERCENT: z.coerce.number(),
    BACKOUT_LAST_RESORT_RULE_ARN: z.string().optional(),
    BACKOUT_LAST_RESORT_AFTER_MS: z.coerce.number().default(0),
    BACKOUT_LAST_RESORT_UNTIL_MS: z.coerce.number().default(0),
  })
  .transform((settings) => {
    const header = settings.BACKOUT_PROBE_HEADER;
    const plan: ProbePlan = {
      url: settings.BACKOUT_PROBE_URL,
      route:
        header === undefined ? null : { header, secret: settings.BACKOUT_PROBE_SECRET ?? null },
      errorRatePercent: settings.BACKOUT_ERROR_RATE_PERCENT,
    };
    const lastResort =
      settings.BACKOUT_LAST_RESORT_RULE_ARN === undefined
        ? null
        : {
            ruleArn: settings.BACKOUT_LAST_RESORT_RULE_ARN,
            afterMs: settings.BACKOUT_LAST_RESORT_AFTER_MS,
            untilMs: settings.BACKOUT_LAST_RESORT_UNTIL_MS,
          };
    return { plan, identity: identityOf(settings), lastResort };
  });

/** What the schedule sends: when it was due, in the environment's clock. */
const scheduledSchema = z.object({ time: z.iso.datetime() });

/** @throws when nothing at all could be read; the next minute looks again */
export async function handler(event: unknown): Promise<Round> {
  // As the guard's: connections of a frozen environment are dead.
  const clients = connectClients();
  try {
    return await handleRound(event, {
      env: process.env,
      clients,
      probe: httpProbe,
      now: Date.now,
      sleep: (wallMs) => new Promise((resolve) => setTimeout(resolve, wallMs)),
      log: (line) => console.log(line),
    });
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}

/** What a function has around it: its process on Lambda, or a simulation's. */
export interface WatchdogPlace extends Pick<GuardPorts, "now" | "sleep" | "log"> {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clients: GuardClients;
  readonly probe: Probe;
}

/** As `handler`. */
export async function handleRound(event: unknown, place: WatchdogPlace): Promise<Round> {
  const { env, clients, probe, now, sleep, log } = place;
  const { plan, identity, lastResort } = settingsSchema.parse(env);
  const calledMs = now();
  // The rule's minute, and what went by since: where the function's wall is another clock, nearly.
  const dueMs = Date.parse(scheduledSchema.parse(event).time);
  const environmentNow = (): number => dueMs + (now() - calledMs);
  const connected = connectGuard(clients, identity, environmentNow, log);
  const { announce, done } = announcer(clients.cloudwatch, identity.environment, log);
  try {
    return await watch({
      ...connected,
      now,
      sleep,
      sights: dynamoSightStore(
        clients.dynamodb,
        environmentNames(identity.environment).recordTable,
        identity.environment,
      ),
      probe: (suspect, weights) => probeSlots(suspect, weights, plan, { probe, sleep, announce }),
      ...(lastResort && {
        lastResort: {
          ...lastResort,
          ...connectLastResort(clients, identity, lastResort.ruleArn),
          errorRatePercent: plan.errorRatePercent,
        },
      }),
    });
  } finally {
    // The process is frozen once it has answered.
    await done();
  }
}
