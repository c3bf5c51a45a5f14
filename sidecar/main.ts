/**
 * The fault sidecar as a container: listens on PORT, passes requests to UPSTREAM, and obeys the
 * slot's lease in the fault table. Without BACKOUT_FAULT_TABLE it only adds the release header.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { z } from "zod";
import { hexId } from "../base/ids.ts";
import { LeaseWatch } from "./leaseWatch.ts";
import { createProxy } from "./proxy.ts";

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
  })
  .parse(process.env);

const watch = settings.BACKOUT_FAULT_TABLE
  ? new LeaseWatch({
      client: new DynamoDBClient({ maxAttempts: 2 }),
      table: settings.BACKOUT_FAULT_TABLE,
      slot: settings.BACKOUT_SLOT,
      sidecarId: hexId(8),
      pollMs: settings.BACKOUT_POLL_MS,
      log: (line) => console.error(line),
    })
  : undefined;

const server = createProxy({
  upstream: new URL(settings.UPSTREAM),
  slot: settings.BACKOUT_SLOT,
  release: settings.BACKOUT_RELEASE,
  lease: () => watch?.lease ?? null,
  onInjected: () => watch?.countInjected(),
  draw: Math.random,
});
server.listen(settings.PORT, settings.HOST, () => void watch?.start());
process.once("SIGTERM", () => {
  watch?.stop();
  server.close();
  server.closeIdleConnections();
});
