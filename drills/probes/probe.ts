/** What a probe is to a drill: one look at the environment, and whether it is as it should be. */
import type { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import type { RecordStore } from "../../guard/recordStore.ts";
import type { Slot } from "../../guard/slot.ts";
import type { Traffic } from "../../guard/traffic.ts";
import type { AlarmReader } from "../alarms.ts";
import type { Load } from "../watch/load.ts";

/** What a probe may read. It changes nothing. */
export interface ProbePorts {
  readonly environment: string;
  readonly clock: Clock;
  readonly store: RecordStore;
  readonly traffic: Traffic;
  readonly alarms: AlarmReader;
  /** Where the environment answers; undefined where that is not known. */
  readonly url: string | undefined;
  /** The drill's own requests; undefined where it sends none. */
  readonly load: Load | undefined;
  /** The slot that the drill breaks. */
  readonly candidate: Slot;
  /** The slot to which the traffic is to come back. */
  readonly stable: Slot;
  /** Aborted when nobody waits for the look any more: after 5 s of wall time. */
  readonly signal: AbortSignal;
}

export interface ProbeReading {
  /** Null: it cannot be told, which is never taken for good. */
  readonly holds: boolean | null;
  /** What was seen, for a person: `2.1 % of 340 responses failed`. */
  readonly shown: string;
}

/** One kind of probe. A new one is a file beside this one and an entry in the registry, or a module. */
export interface ProbeDefinition<Parameters> {
  /** Lower case, digits and hyphens. */
  readonly name: string;
  readonly summary: string;
  readonly parameters: z.ZodType<Parameters>;
  /**
   * One look. What it throws makes the look one that cannot tell; so does taking longer than 5 s of wall
   * time.
   */
  look(ports: ProbePorts, parameters: Parameters): Promise<ProbeReading>;
}

/** A probe with its parameters filled in. */
export interface ChosenProbe {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  look(ports: ProbePorts): Promise<ProbeReading>;
}
