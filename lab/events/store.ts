/** Event buses, their rules and the rules' targets: what EventBridge remembers. */
import { arn } from "../service.ts";
import { notFound } from "./errors.ts";
import type { Transformer } from "./input/template.ts";
import type { Pattern } from "./pattern/pattern.ts";
import type { RetryPolicy } from "./retry.ts";
import type { Expression } from "./schedule/expression.ts";

export const DEFAULT_BUS = "default";

export interface Bus {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly tags: Map<string, string>;
  readonly rules: Map<string, Rule>;
  /** Nominal. */
  readonly createdMs: number;
}

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly bus: Bus;
  readonly tags: Map<string, string>;
  readonly targets: Map<string, RuleTarget>;
  enabled: boolean;
  description: string | undefined;
  /** As it was put, and compiled. */
  pattern: { readonly text: string; readonly compiled: Pattern } | undefined;
  schedule: Schedule | undefined;
}

export interface Schedule {
  readonly text: string;
  readonly expression: Expression;
  /** Nominal; a rate is counted from here. */
  readonly anchorMs: number;
}

export interface RuleTarget {
  readonly id: string;
  readonly arn: string;
  readonly input: TargetInput;
  /** As it was put. */
  readonly retryPolicy: {
    readonly MaximumRetryAttempts?: number;
    readonly MaximumEventAgeInSeconds?: number;
  };
  readonly retry: RetryPolicy;
}

export type TargetInput =
  | { readonly kind: "event" }
  | { readonly kind: "constant"; readonly text: string }
  | { readonly kind: "path"; readonly text: string }
  | ({ readonly kind: "template" } & Transformer);

export class EventStore {
  readonly buses = new Map<string, Bus>();

  constructor(nowMs: number) {
    this.createBus(DEFAULT_BUS, undefined, nowMs);
  }

  createBus(name: string, description: string | undefined, createdMs: number): Bus {
    const bus: Bus = {
      name,
      arn: busArn(name),
      description,
      tags: new Map(),
      rules: new Map(),
      createdMs,
    };
    this.buses.set(name, bus);
    return bus;
  }

  /** By name or ARN; the default bus when neither is given. */
  bus(nameOrArn: string | undefined): Bus {
    const name = busNameOf(nameOrArn);
    const bus = this.buses.get(name);
    if (bus) return bus;
    throw notFound(`Event bus ${name} does not exist.`);
  }

  rule(name: string | undefined, busNameOrArn: string | undefined): Rule {
    const bus = this.bus(busNameOrArn);
    const rule = bus.rules.get(name ?? "");
    if (rule) return rule;
    throw notFound(`Rule ${name ?? ""} does not exist on EventBus ${bus.name}.`);
  }

  /** What has tags: a bus or a rule. */
  tagged(resourceArn: string | undefined): { readonly tags: Map<string, string> } {
    for (const bus of this.buses.values()) {
      if (bus.arn === resourceArn) return bus;
      for (const rule of bus.rules.values()) if (rule.arn === resourceArn) return rule;
    }
    throw notFound(`Resource ${resourceArn ?? ""} does not exist.`);
  }
}

export function busNameOf(nameOrArn: string | undefined): string {
  return (nameOrArn ?? DEFAULT_BUS).replace(/^arn:aws:events:[^:]*:\d*:event-bus\//, "");
}

export function busArn(name: string): string {
  return arn("events", `event-bus/${name}`);
}

/** Rules of the default bus go without its name. */
export function ruleArn(busName: string, name: string): string {
  return arn("events", busName === DEFAULT_BUS ? `rule/${name}` : `rule/${busName}/${name}`);
}
