/** What a runbook should say of a fault after its last drill. */
import { markdownLine as text } from "./escape.ts";
import { Recovery } from "../../verdict/record.ts";
import type { RunReport } from "../model.ts";
import { figure, utc, VERDICT_TITLES } from "../text.ts";
import { byHand } from "./byHand.ts";
import type { RunbookSection } from "./incident.ts";
import { sectionKey } from "./runbook.ts";

/** Null for a run that rehearsed nothing. */
export function runbookOf(run: RunReport): RunbookSection | null {
  const { record, environment, drill } = run;
  if (!record || record.recovery === null) return null;
  const { floors, durations, recovery, path } = record;
  const last = `${utc(run.startedWallAt)} (run ${run.id}): ${VERDICT_TITLES[record.verdict].toLowerCase()}`;
  const detected =
    durations.detect === null
      ? "was not seen to detect it"
      : `detected it after ${figure(durations.detect)}`;
  const bounds =
    floors.detect === null || floors.detectWorst === null
      ? ""
      : `; the alarms need ${figure(floors.detect)} at best and ${figure(floors.detectWorst)} at worst`;
  const home =
    recovery === Recovery.Reverted
      ? `The traffic goes back without anybody's help (way home: ${path}); the last bad response came ${figure(durations.total)} after the fault.`
      : "Nothing brought the traffic home in the last drill: do not wait for it.";
  return {
    key: sectionKey(environment, drill),
    lines: [
      `## ${text(environment)}: ${text(drill)}`,
      "",
      `Last drilled ${text(last)}.`,
      "",
      `- **Detection.** The guard ${text(detected + bounds)}.`,
      `- **What happens by itself.** ${text(home)}`,
      ...byHand(environment, recovery === Recovery.Reverted ? floors.detectWorst : 0),
    ],
  };
}
