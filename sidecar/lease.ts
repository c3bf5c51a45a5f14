/**
 * A fault's lease: the only thing that makes a fault active. It is written before the fault acts,
 * ends by itself at `expiresAt`, and the sidecar that obeys it reports what it really does.
 */
import { z } from "zod";

/** Bounds that every fault of a slot obeys. Shares are fractions of requests, not percent. */
export const faultSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("errors"),
    share: z.number().gt(0).max(1),
    status: z.int().min(500).max(599),
  }),
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
  /** Responses it has broken under that lease. */
  injected: z.int().min(0),
  /** Wall time of this report; a report older than a few polling intervals says nothing. */
  reportedAt: z.iso.datetime(),
});
export type SidecarReport = z.infer<typeof sidecarReportSchema>;

export const LEASE_ENTRY = "lease";
export const SIDECAR_ENTRY_PREFIX = "sidecar#";
/** The response header by which a client sees which release answered. */
export const RELEASE_HEADER = "x-backout-release";
/** The response header that names the slot that answered. */
export const SLOT_HEADER = "x-backout-slot";
/** On a response that a fault changed: the lease's id. */
export const FAULT_HEADER = "x-backout-fault";
