/**
 * A fault's lease: the only thing that makes a fault active. It is written before the fault acts,
 * ends by itself at `expiresAt`, and the sidecar that obeys it reports what it really does.
 */
import { z } from "zod";

/**
 * Wall milliseconds after which the load balancer gives up on a target and answers 504 (its default
 * idle timeout). A response that is delayed longer is another fault than a slow one.
 */
export const IDLE_TIMEOUT_MS = 60_000;

/** Which requests a fault is about; a member that is left out asks for nothing. */
const onlySchema = z.object({
  /** Of the request's path, query left out. */
  pathPrefix: z.string().startsWith("/").max(512).exactOptional(),
  /** The name in lower case; the value as a whole. */
  header: z
    .object({
      name: z.string().regex(/^[a-z0-9-]{1,64}$/),
      value: z.string().min(1).max(256),
    })
    .exactOptional(),
});
export type Only = z.infer<typeof onlySchema>;

/** An hour: what starts more slowly is not starting. Wall milliseconds. */
const SLOWEST_START_MS = 3_600_000;

/** Bounds that every fault of a slot obeys. Shares are fractions of requests, not percent. */
export const faultSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("errors"),
    share: z.number().gt(0).max(1),
    status: z.int().min(500).max(599),
    only: onlySchema.exactOptional(),
  }),
  z.object({
    kind: z.literal("latency"),
    share: z.number().gt(0).max(1),
    /** Wall milliseconds that a response is held back. */
    addedMs: z.int().min(1).lt(IDLE_TIMEOUT_MS),
    /** The way to the target is slow, so that the load balancer's health checks are held back too. */
    healthChecks: z.literal(true).exactOptional(),
  }),
  /** The connection is reset before a response: the load balancer answers 502 in the app's place. */
  z.object({ kind: z.literal("resets"), share: z.number().gt(0).max(1) }),
  /** A response that looks well and is not: status 200 with another body. */
  z.object({
    kind: z.literal("content"),
    share: z.number().gt(0).max(1),
    body: z.string().max(65_536),
  }),
  z.object({
    kind: z.literal("crash"),
    /** What the process exits with: 0 would be no crash. */
    exitCode: z.int().min(1).max(255),
  }),
  /** Health checks are answered with a failure, everything else is served. */
  z.object({ kind: z.literal("readiness"), status: z.int().min(500).max(599) }),
  /** A process that starts under this lease listens only so many wall milliseconds later. */
  z.object({
    kind: z.literal("slow-start"),
    notReadyMs: z.int().min(1).max(SLOWEST_START_MS),
  }),
  /** Connections are accepted and nothing is ever answered, not to health checks either. */
  z.object({ kind: z.literal("black-hole") }),
  /** The process takes more and more memory, until its container's limit ends it. */
  z.object({ kind: z.literal("memory"), mibPerSecond: z.int().min(1).max(1_024) }),
  /** Nothing for a sidecar to do: what breaks the slot acts from outside, and the lease is its claim. */
  z.object({ kind: z.literal("outside") }),
]);
export type Fault = z.infer<typeof faultSchema>;

/** One item in the fault table: hash key `slot`, range key `entry` = `lease`. */
export const leaseSchema = z.object({
  schemaVersion: z.literal(1),
  slot: z.enum(["blue", "green"]),
  leaseId: z.string(),
  /** Who holds it: the drill run's id. */
  holder: z.string(),
  fault: faultSchema,
  /** Wall time, ISO 8601: after this the sidecar stops by itself, whatever happened to the runner. */
  expiresAt: z.iso.datetime(),
});
export type FaultLease = z.infer<typeof leaseSchema>;

/** What one sidecar says of itself, in the same table under `entry` = `sidecar#<id>`. */
export const sidecarReportSchema = z.object({
  schemaVersion: z.literal(1),
  slot: z.enum(["blue", "green"]),
  sidecarId: z.string(),
  /** The lease it obeys now; null when it only passes requests on. */
  leaseId: z.string().nullable(),
  /** Wall time at which it began to obey that lease. */
  activeSince: z.iso.datetime().nullable(),
  /** What it has broken under that lease: responses, or in a crash loop its own life. */
  injected: z.int().min(0),
  /** Wall time of this report; one that is older than `freshForMs` says nothing. */
  reportedAt: z.iso.datetime(),
  /** Wall milliseconds. Left out: three report intervals at the default pace, 15 s. */
  freshForMs: z.int().min(1).optional(),
});
export type SidecarReport = z.infer<typeof sidecarReportSchema>;

export const LEASE_ENTRY = "lease";
export const SIDECAR_ENTRY_PREFIX = "sidecar#";
/**
 * Under this id the sidecars of a crashing slot report together: a task that restarts has another
 * id, and what its predecessor said must be kept up, and taken back once a task stays up.
 */
export const CRASH_LOOP_ID = "crash-loop";
/** The response header by which a client sees which release answered. */
export const RELEASE_HEADER = "x-backout-release";
/** The response header that names the slot that answered. */
export const SLOT_HEADER = "x-backout-slot";
/** On a response that a fault changed: the lease's id. */
export const FAULT_HEADER = "x-backout-fault";
