/** What a drill is about to do once preflight has read the environment, and what it has to undo. */
import type { Slot } from "../../guard/slot.ts";
import type { DetectionFloor } from "../../judge/detection.ts";
import type { LoadJudging } from "../watch/loadRecorder.ts";

export interface Undo {
  readonly name: string;
  /** The fault is gone once all of its parts are. */
  readonly of: "fault" | "traffic";
  /** Idempotent. Returns what it could not remove, by name; throws when it cannot tell. */
  run(): Promise<readonly string[]>;
}

/** Nominal milliseconds. */
export interface Plan {
  readonly candidate: Slot;
  readonly stable: Slot;
  readonly floors: DetectionFloor;
  readonly objectiveTotalMs: number;
  readonly holdMs: number;
  readonly sustainMs: number;
  /** What a bad response is. */
  readonly judging: LoadJudging;
  readonly knownReversionIds: readonly string[];
}
