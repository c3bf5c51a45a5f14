/** What a run tells while it runs, and what it returns. */
import type { Properties } from "../resources/values.ts";

export type RunKind = "preview" | "up" | "destroy";

export const StepKind = {
  Create: "create",
  Update: "update",
  /** A new resource in the old one's place; the old one's deletion is part of the step. */
  Replace: "replace",
  Delete: "delete",
  Same: "same",
  /** A look at a resource that the stack does not own. */
  Read: "read",
} as const;
export type StepKind = (typeof StepKind)[keyof typeof StepKind];

export interface Step {
  readonly kind: StepKind;
  readonly urn: string;
  /** The resource's type token. */
  readonly type: string;
  /** The logical name, the URN's last part. */
  readonly name: string;
  /** False for components and the stack itself. */
  readonly custom: boolean;
  /** Input paths that changed. */
  readonly changed: readonly string[];
  /** Those of them that force a replacement. */
  readonly replaces: readonly string[];
}

export interface RunError {
  readonly message: string;
  /** The resource that the error belongs to, if any. */
  readonly urn?: string;
  /** The stack's own rules or inputs said no: nothing was asked of AWS, and the caller can mend it. */
  readonly refused?: boolean;
  /** Each input that is wrong: the path and why. */
  readonly problems: readonly { readonly property: string; readonly reason: string }[];
}

export type EngineEvent =
  | { readonly type: "step.started"; readonly step: Step }
  | { readonly type: "step.finished"; readonly step: Step; readonly wallMs: number }
  | { readonly type: "step.failed"; readonly step: Step; readonly error: RunError }
  | {
      readonly type: "log";
      readonly severity: "debug" | "info" | "warning" | "error";
      readonly message: string;
      readonly urn?: string;
    }
  /** A line that the program itself printed. */
  | { readonly type: "output"; readonly stream: "stdout" | "stderr"; readonly line: string };

export type Changes = Readonly<Record<Exclude<StepKind, "read">, number>>;

export interface RunResult {
  /** True when everything was done: no error, no interruption. */
  readonly ok: boolean;
  /** Counts of resources, components and the stack itself included, as Pulumi counts. */
  readonly changes: Changes;
  /** The stack's outputs; secrets read "[secret]", unknowns of a preview "[unknown]". */
  readonly outputs: Properties;
  /** In the order in which they were finished; `same` steps too. */
  readonly steps: readonly Step[];
  readonly errors: readonly RunError[];
  readonly interrupted: boolean;
}
