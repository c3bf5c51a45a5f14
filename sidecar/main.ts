/**
 * The fault sidecar as a container: listens on PORT, passes requests to UPSTREAM, and obeys the
 * slot's lease in the fault table. Without BACKOUT_FAULT_TABLE it only adds the release header.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { z } from "zod";
import { wallClock } from "../base/clock.ts";
import { hexId } from "../base/ids.ts";
import { dynamoFaultTable } from "./faultTable.ts";
import { connectSentinel } from "./connectSentinel.ts";
import { FastMetrics } from "./fastMetrics.ts";
import { LeaseWatch } from "./leaseWatch.ts";
import { MemoryGrowth } from "./memoryGrowth.ts";
import { createProxy } from "./proxy.ts";
import { Responses } from "./responses.ts";

const settings = z
  .object({
    PORT: z.coerce.number().int().min(1).max(65_535),
    HOST: z.string().default("0.0.0.0"),
    UPSTREAM: z.url(),
    BACKOUT_SLOT: z.enum(["blue", "green"]),
    BACKOUT_RELEASE: z.string(),
    BACKOUT_FAULT_TABLE: z.string().optional(),
    /** Wall milliseconds between two looks at the lease; each look is one consistent read. */
    BACKOUT_POLL_MS: z.coerce.number().int().min(50).default(1_000),
    /** Of this environment are the metrics that the sidecar publishes; without it there are none. */
    BACKOUT_FAST_METRICS: z.string().optional(),
    /** Wall milliseconds between two publications: ten seconds of the environment's clock. */
    BACKOUT_PUBLISH_MS: z.coerce.number().int().min(50).default(10_000),
    /** JSON, see `SentinelOrders`; without it nothing watches the candidate here. */
    BACKOUT_SENTINEL: z.string().optional(),
    /** Wall milliseconds between two looks of the sentinel, a second of the environment's clock. */
    BACKOUT_SENTINEL_MS: z.coerce.number().int().min(50).default(1_000),
  })
  .parse(process.env);

/** A fault table that does not answer keeps no app from serving for longer (wall milliseconds). */
const FIRST_LOOK_MS = 2_000;
/** A slow start that is called off ends this soon (wall milliseconds). */
const NOT_READY_SLICE_MS = 100;
const startedMs = Date.now();

const sidecarId = hexId(8);
const watch = settings.BACKOUT_FAULT_TABLE
  ? new LeaseWatch({
      table: dynamoFaultTable(
        new DynamoDBClient({ maxAttempts: 2 }),
        settings.BACKOUT_FAULT_TABLE,
        settings.BACKOUT_SLOT,
      ),
      slot: settings.BACKOUT_SLOT,
      sidecarId,
      pollMs: settings.BACKOUT_POLL_MS,
      crash: (exitCode) => process.exit(exitCode),
      log: (line) => console.error(line),
    })
  : undefined;

const responses = new Responses();
const fastMetrics =
  settings.BACKOUT_FAST_METRICS === undefined
    ? undefined
    : new FastMetrics({
        // A second attempt may count an interval twice, which leaves its rate as it is.
        client: new CloudWatchClient({ maxAttempts: 2 }),
        responses,
        environment: settings.BACKOUT_FAST_METRICS,
        slot: settings.BACKOUT_SLOT,
        publishMs: settings.BACKOUT_PUBLISH_MS,
        log: (line) => console.error(line),
      });

const sentinel =
  settings.BACKOUT_SENTINEL === undefined || settings.BACKOUT_FAULT_TABLE === undefined
    ? undefined
    : connectSentinel(settings.BACKOUT_SENTINEL, {
        slot: settings.BACKOUT_SLOT,
        sidecarId,
        table: settings.BACKOUT_FAULT_TABLE,
        lookMs: settings.BACKOUT_SENTINEL_MS,
        clock: wallClock(),
        dynamodb: new DynamoDBClient({ maxAttempts: 2 }),
        lambda: new LambdaClient({ maxAttempts: 2 }),
        log: (line) => console.error(line),
      });

const server = createProxy({
  upstream: new URL(settings.UPSTREAM),
  slot: settings.BACKOUT_SLOT,
  release: settings.BACKOUT_RELEASE,
  lease: () => watch?.lease ?? null,
  onInjected: () => watch?.countInjected(),
  onAnswer: (answer) => {
    if (fastMetrics) responses.count(answer);
    sentinel?.history.count(answer, Date.now());
  },
  draw: Math.random,
  delay: sleep,
});
const memory = new MemoryGrowth(() => watch?.lease ?? null, wallClock());
process.once("SIGTERM", () => {
  watch?.stop();
  memory.stop();
  fastMetrics?.stop();
  sentinel?.watch.stop();
  if (!server.listening) process.exit();
  server.close();
  server.closeIdleConnections();
});
// A release that crashes at its start never listens, so no health check ever finds it well.
if (watch) await Promise.race([watch.start(), sleep(FIRST_LOOK_MS, undefined, { ref: false })]);
memory.start();
const isHeldBack = (): boolean => watch?.holdsBack(startedMs, Date.now()) ?? false;
while (isHeldBack()) await sleep(NOT_READY_SLICE_MS);
fastMetrics?.start();
sentinel?.watch.start();
server.listen(settings.PORT, settings.HOST);
