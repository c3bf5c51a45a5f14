/** The links of the way home, as faults of the guard break them and put them back. */
import type { Slot } from "../../guard/slot.ts";

/** What PutMetricAlarm takes, as plain JSON. */
export interface AlarmDefinition {
  readonly AlarmName: string;
  readonly [member: string]: unknown;
}

/** A statement of the function's resource policy, as AWS shows it. */
export type PolicyStatement = Readonly<Record<string, unknown>>;

export interface Deny {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** From then on it denies nothing. Nominal milliseconds since the epoch. */
  readonly untilMs: number;
}

/** `exit-after-write`: its process ends once weights are written, and before anything else is. */
export const FUNCTION_FAILURES = ["throw", "hang", "exit-after-write"] as const;

/** How the guard's function is told to fail; null: not at all. */
export type FunctionFailure = (typeof FUNCTION_FAILURES)[number] | null;

export interface FunctionState {
  readonly failure: FunctionFailure;
  readonly timeoutSeconds: number;
}

/** Of the guard's function, its role, its alarms and its environment's. */
export interface Machinery {
  /** Whether an alarm, metric or composite, performs its actions. */
  setAlarmActions(alarm: string, enabled: boolean): Promise<void>;
  /** From the next full minute at the latest. Nominal milliseconds since the epoch. */
  mute(rule: string, alarm: string, fromMs: number, untilMs: number): Promise<void>;
  unmute(rule: string): Promise<void>;
  isMuting(rule: string): Promise<boolean>;
  /** Of metric alarms only. */
  definitionOf(alarm: string): Promise<AlarmDefinition>;
  define(definition: AlarmDefinition): Promise<void>;
  /** In its warm-up: it is not evaluated. */
  isWarming(alarm: string): Promise<boolean>;
  /** Statements that let the slot's guard alarm invoke the guard's function. */
  permissionsOf(slot: Slot): Promise<readonly PolicyStatement[]>;
  addPermission(statement: PolicyStatement): Promise<void>;
  removePermission(statement: PolicyStatement): Promise<void>;
  /** An inline policy of the guard's role. */
  deny(policy: string, deny: Deny): Promise<void>;
  endDeny(policy: string): Promise<void>;
  denies(policy: string): Promise<boolean>;
  /** Reserved concurrency of the guard's function; null when none is reserved. */
  concurrency(): Promise<number | null>;
  setConcurrency(reserved: number | null): Promise<void>;
  functionState(): Promise<FunctionState>;
  /** Everything else of its configuration stays as it is. */
  setFunctionState(state: FunctionState): Promise<void>;
}
