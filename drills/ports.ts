/** Everything a drill needs from outside: in production over AWS SDK clients, in tests in memory. */
import type { Clock } from "../base/clock.ts";
import type { RecordStore } from "../guard/recordStore.ts";
import type { Traffic } from "../guard/traffic.ts";
import type { AlarmReader } from "./alarms.ts";
import type { LinkEvidence, LinkQuestion } from "./brokenLink.ts";
import type { FaultStore } from "./faultStore.ts";
import type { Journal } from "./journal.ts";
import type { Load } from "./load.ts";
import type { LoadJudging } from "./loadRecorder.ts";

/** An environment to look at and to put back. */
export interface EnvironmentPorts {
  /** The environment's name. */
  readonly environment: string;
  readonly clock: Clock;
  readonly store: RecordStore;
  readonly traffic: Traffic;
  readonly faults: FaultStore;
  readonly alarms: AlarmReader;
  /** Wall milliseconds between two looks at the environment. */
  readonly pollWallMs: number;
}

export interface DrillPorts extends EnvironmentPorts {
  readonly journal: Journal;
  startLoad(judging: LoadJudging): Load;
  gatherEvidence(question: LinkQuestion): Promise<LinkEvidence>;
  /**
   * Nominal milliseconds from the end of a metric's period until alarms see it. AWS publishes no
   * figure; the floors of detection are as good as this one.
   */
  readonly metricDelayMs: number;
  /** The candidate's sidecars judge it themselves, beside the alarms. @default false */
  readonly hasSentinel?: boolean;
}
