/** What a runbook should say of an environment after its last real reversion. */
import { withoutArns } from "../../../guard/alarmNames.ts";
import { Outcome } from "../../../guard/reversion.ts";
import { utc } from "../text.ts";
import { byHand } from "./byHand.ts";
import { markdownLine as text } from "./escape.ts";
import type { RunbookSection } from "./incident.ts";
import type { Told } from "./ofReversion.ts";
import { evidenceOfSignals } from "./reversionFindings.ts";
import { sectionKey } from "./runbook.ts";
import { releaseOf } from "./sight.ts";
import { unnamed } from "./unnamed.ts";

export function reversionRunbook(told: Told): RunbookSection {
  const { reversion } = told;
  const { environment, alarm, outcome, why, path, id, decidedAt } = reversion;
  const isHome = outcome === Outcome.Reverted || outcome === Outcome.AlreadyHome;
  return {
    key: sectionKey(environment, "reversion"),
    lines: [
      `## ${text(environment)}: the last reversion`,
      "",
      `${text(utc(decidedAt))} (reversion ${text(id)}), slot ${alarm.slot}, release ${text(releaseOf(told) ?? "not known any more")}.`,
      "",
      `- **What was seen.** ${text(evidenceOfSignals(told))}.`,
      `- **What happened by itself.** ${text(
        isHome
          ? `The traffic came home (way home: ${path}).`
          : `The traffic did not come home: ${unnamed(withoutArns(why))}.`,
      )}`,
      ...byHand(environment, isHome ? null : 0),
    ],
  };
}
