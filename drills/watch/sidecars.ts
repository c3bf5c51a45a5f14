/** What the sidecars' reports say together: pure. A report that is old says nothing. */
import { CRASH_LOOP_ID, type SidecarReport } from "../../sidecar/lease.ts";

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
 * Whether the fault of `leaseId` acts on the whole slot: true when every fresh report obeys it,
 * false when one does not, null when there is no fresh report to tell.
 */
export function faultActive(
  reports: readonly SidecarReport[],
  leaseId: string,
  wallMs: number,
): boolean | null {
  return allObey(freshReports(reports, wallMs), leaseId);
}

/**
 * The same of what was said since `sinceWallMs`: null also while one whose word still holds has not
 * spoken since, unless another has already said no.
 */
export function faultActiveSince(
  reports: readonly SidecarReport[],
  leaseId: string,
  sinceWallMs: number,
  wallMs: number,
): boolean | null {
  const fresh = freshReports(reports, wallMs);
  const later = fresh.filter((report) => Date.parse(report.reportedAt) >= sinceWallMs);
  const active = allObey(later, leaseId);
  return active === true && later.length < fresh.length ? null : active;
}

/**
 * A crash loop speaks for every task of its slot: those that said otherwise are dead by now. Its end
 * says nothing of the tasks that run, which speak for themselves.
 */
function allObey(reports: readonly SidecarReport[], leaseId: string): boolean | null {
  if (reports.length === 0) return null;
  const obeys = (report: SidecarReport): boolean => report.leaseId === leaseId;
  if (reports.some((report) => report.sidecarId === CRASH_LOOP_ID && obeys(report))) return true;
  const tasks = reports.filter((report) => report.sidecarId !== CRASH_LOOP_ID);
  return tasks.length > 0 && tasks.every(obeys);
}
