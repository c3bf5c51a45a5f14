/** What the sidecars' reports say together: pure. A report that is old says nothing. */
import type { SidecarReport } from "../sidecar/lease.ts";

/** Three report intervals of a sidecar at its default pace (one look a second, a report every five). */
export const REPORT_FRESH_WALL_MS = 15_000;

/** Wall milliseconds for which a report speaks. */
function freshForMs(report: SidecarReport): number {
  return report.freshForMs ?? REPORT_FRESH_WALL_MS;
}

/** Wall milliseconds within which some sidecar must have spoken anew, after what they said last. */
export function nextWordWithinMs(reports: readonly SidecarReport[]): number {
  return Math.max(REPORT_FRESH_WALL_MS, ...reports.map(freshForMs));
}

/** @param wallMs milliseconds since the epoch */
export function freshReports(reports: readonly SidecarReport[], wallMs: number): SidecarReport[] {
  return reports.filter((report) => wallMs - Date.parse(report.reportedAt) <= freshForMs(report));
}

/** Wall time at which the first sidecar began to obey `leaseId`; null while none does. */
export function activeSinceMs(reports: readonly SidecarReport[], leaseId: string): number | null {
  const starts = reports.flatMap((report) =>
    report.leaseId === leaseId && report.activeSince ? [Date.parse(report.activeSince)] : [],
  );
  return starts.length === 0 ? null : Math.min(...starts);
}

/**
 * Whether the fault of `leaseId` acts: true when a fresh report obeys it, false when the fresh ones
 * obey none, null when there is no fresh report to tell.
 */
export function faultActive(
  reports: readonly SidecarReport[],
  leaseId: string,
  wallMs: number,
): boolean | null {
  const fresh = freshReports(reports, wallMs);
  if (fresh.length === 0) return null;
  return fresh.some((report) => report.leaseId === leaseId);
}
