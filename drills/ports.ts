/** Everything a drill needs from outside: in production over AWS SDK clients, in tests in memory. */
import type { Clock } from "../base/clock.ts";
import type { RecordStore } from "../guard/recordStore.ts";
import type { Slot } from "../guard/slot.ts";
import type { Traffic } from "../guard/traffic.ts";
import type { AlarmReader } from "./alarms.ts";
import type { LinkEvidence, LinkQuestion } from "./verdict/brokenLink.ts";
import type { FaultStore } from "./faultStore.ts";
import type { Journal } from "./journal/journal.ts";
import type { Load, LoadShape } from "./watch/load.ts";
import type { LoadJudging } from "./watch/loadRecorder.ts";
import type { Outside } from "./outside/outside.ts";
import type { Readiness } from "./preflight/readiness.ts";
import type { Safety } from "./watch/safety.ts";

/** An environment to look at and to put back. */
export interface EnvironmentPorts {
  /** The environment's name. */
  readonly environment: string;
  readonly clock: Clock;
  readonly store: RecordStore;
  readonly traffic: Traffic;
  readonly faults: FaultStore;
  readonly alarms: AlarmReader;
  readonly outside: Outside;
  /** Wall milliseconds between two looks at the environment. */
  readonly pollWallMs: number;
}

export interface DrillPorts extends EnvironmentPorts {
  readonly journal: Journal;
  startLoad(judging: LoadJudging, shape: LoadShape): Load;
  gatherEvidence(question: LinkQuestion): Promise<LinkEvidence>;
  /**
   * Nominal milliseconds from the end of a metric's period until alarms see it. AWS publishes no
   * figure; the floors of detection are as good as this one.
   */
  readonly metricDelayMs: number;
  /** The candidate's sidecars judge it themselves, beside the alarms. @default false */
  readonly hasSentinel?: boolean;
  /** Where the environment answers, for probes. @default not known */
  readonly url?: string;
  /** What ends a drill from outside. @default nothing does, and no abort alarm can be watched */
  readonly safety?: Safety;
  /** Whether the way home is armed, and whose resources these are. @default not looked at */
  readonly readiness?: Readiness;
  /** Of the drill's own requests, per second of wall time. @default not known */
  readonly requestsPerSecond?: number;
  /** What each slot runs, so that reports can tell releases apart. @default not known */
  releases?(): Promise<Readonly<Record<Slot, string | null>>>;
}
