/**
 * What a fault does from outside the slot's tasks, in steps. A step is data that the journal holds
 * before anything is done, so that a runner, or the sweep after one that died, can undo it.
 */
import type { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import type { RecordStore } from "../../guard/recordStore.ts";
import type { Slot } from "../../guard/slot.ts";
import type { Traffic } from "../../guard/traffic.ts";
import type { AlarmReader } from "../alarms.ts";
import type { Outside } from "../outside/outside.ts";

export interface StepPorts {
  readonly clock: Clock;
  readonly alarms: AlarmReader;
  readonly outside: Outside;
  readonly store: RecordStore;
  readonly traffic: Traffic;
  /** Wall milliseconds between two looks at the environment. */
  readonly pollWallMs: number;
}

/** The drill that a step is planned for. */
export interface StepScene {
  readonly runId: string;
  readonly leaseId: string;
  readonly candidate: Slot;
  /** Wall milliseconds since the epoch: whatever can end by itself ends then. */
  readonly expiresWallMs: number;
}

/** A step that acts. */
export interface Acting {
  /** Wall milliseconds since the epoch: just before its first act. */
  readonly sinceWallMs: number;
  /** It is known to have ended, though nobody undid it. */
  isOver(): boolean;
  /**
   * Whether it has acted all along and still did at `wallMs` or later; null when that is not known,
   * or not yet.
   */
  actedSince(wallMs: number): Promise<boolean | null>;
  /** Within so many wall milliseconds it is known anew. */
  readonly wordWithinMs: number;
  /** Ends what the runner does again and again. */
  end(): void;
  /** It has not yet done what it is for: the observation goes on within its hold. @default false */
  isPending?(): boolean;
  /** What the guard did that it must not, as a sentence; null when nothing. @default nothing */
  violation?(): string | null;
}

/** With everything filled in, as the journal holds it. */
export interface StepData {
  readonly kind: string;
  readonly [member: string]: unknown;
}

export interface Step {
  readonly data: StepData;
  /** What of the environment it touches, for a person. */
  readonly name: string;
  begin(ports: StepPorts): Promise<Acting>;
  /**
   * Idempotent, and safe for a step that never began. Returns what it could not put back, by name;
   * throws when it cannot tell.
   */
  undo(ports: StepPorts): Promise<readonly string[]>;
}

/** A step that a fault asks for. */
export interface PlannedStep {
  /** It is there before the sidecars begin. @default after them */
  readonly first?: boolean;
  /** Actions of IAM that beginning, undoing and asking after it need. */
  readonly permissions: readonly string[];
  /** Reads what it must know, and everything that stands against it. Writes nothing. */
  prepare(
    ports: StepPorts,
    scene: StepScene,
  ): Promise<{ readonly step: Step } | { readonly problems: readonly string[] }>;
}

export interface StepKind<Data extends StepData> {
  of(data: Data): Step;
  /** From the journal. */
  restore(data: unknown): Step;
}

/** Closes over the data's type, so that steps of different kinds fit one list. */
export function stepKind<Data extends StepData>(
  schema: z.ZodType<Data>,
  acts: {
    name(data: Data): string;
    begin(ports: StepPorts, data: Data): Promise<Acting>;
    undo(ports: StepPorts, data: Data): Promise<readonly string[]>;
  },
): StepKind<Data> {
  const of = (data: Data): Step => ({
    data,
    name: acts.name(data),
    begin: (ports) => acts.begin(ports, data),
    undo: (ports) => acts.undo(ports, data),
  });
  return { of, restore: (data) => of(schema.parse(data)) };
}
