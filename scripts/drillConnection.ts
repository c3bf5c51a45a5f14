/** Opens an environment for drills, on the lab or wherever the target is. */
import { connectDrill, type DrillConnection } from "../drills/connect.ts";
import type { Journal } from "../drills/journal/journal.ts";
import { machineryTags, refuseStrangers } from "../guard/tagged.ts";
import { openJournalAt } from "./journalPlace.ts";
import { labApiFaults } from "./labApiFaults.ts";
import { openEnvironment } from "./openEnvironment.ts";
import { needRunningClock, type Target } from "./target.ts";

/** Requests per second of wall time that a drill sends by itself. */
export const DEFAULT_REQUESTS_PER_SECOND = 50;

/** The caller closes the connection, and with it the journal, unless it gave an open one. */
export async function connect(
  target: Target,
  wanted: string | undefined,
  journalDirectory: string,
  requestsPerSecond: number,
  journal?: Journal,
): Promise<DrillConnection> {
  needRunningClock(target, "a drill");
  const { environment } = await openEnvironment(target, wanted);
  if (target.live) {
    refuseStrangers(environment.name, await machineryTags(target.clients, environment));
  }
  const url = await target.urlOf(environment);
  const own = journal ? undefined : await openJournalAt(journalDirectory, target);
  const kept = journal ?? own;
  try {
    const connection = connectDrill({
      clients: target.clients,
      environment,
      clock: target.clock,
      url,
      journalDirectory,
      requestsPerSecond,
      ...(kept ? { journal: kept } : {}),
      ...(target.lab && target.endpoint !== undefined
        ? { metricDelayMs: target.lab.metricDelayMs, apiFaults: labApiFaults(target.endpoint) }
        : {}),
    });
    return own ? { ...connection, close: () => own.close() } : connection;
  } catch (error) {
    own?.close();
    throw error;
  }
}
