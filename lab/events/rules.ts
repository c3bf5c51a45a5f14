/** Rules: put, described, listed, switched on and off, deleted. */
import type * as Sdk from "@aws-sdk/client-eventbridge";
import { ACCOUNT_ID, AwsError } from "../service.ts";
import type { Operation } from "../service.ts";
import { notImplemented, refuseUnsupported } from "../supported.ts";
import { constraint, invalid } from "./errors.ts";
import { compilePattern } from "./pattern/pattern.ts";
import { nextDue, parseExpression } from "./schedule/expression.ts";
import { UTC } from "../../base/zone.ts";
import { DEFAULT_BUS, ruleArn } from "./store.ts";
import type { Bus, EventStore, Rule, Schedule } from "./store.ts";
import { nameOf, page } from "./validation.ts";

/** Quotas of one bus and of one rule's pattern. */
const MOST_RULES = 300;
const LONGEST_PATTERN = 4096;
const LONGEST_DESCRIPTION = 512;

export interface RuleBook {
  readonly store: EventStore;
  now(): number;
  /** A rule was put, switched or deleted: its schedule is to be looked at again. */
  changed(rule: Rule): void;
}

export function ruleOperations(book: RuleBook): Record<string, Operation> {
  const { store } = book;
  const setEnabled = (input: Sdk.EnableRuleRequest, enabled: boolean): object => {
    const rule = store.rule(nameOf(input.Name, "name"), input.EventBusName);
    rule.enabled = enabled;
    book.changed(rule);
    return {};
  };
  return {
    PutRule: (input: Sdk.PutRuleRequest): Sdk.PutRuleResponse => putRule(book, input),

    DescribeRule: (input: Sdk.DescribeRuleRequest): Sdk.DescribeRuleResponse => ({
      ...describe(store.rule(nameOf(input.Name, "name"), input.EventBusName)),
      CreatedBy: ACCOUNT_ID,
    }),

    ListRules: (input: Sdk.ListRulesRequest): Sdk.ListRulesResponse => {
      const prefix = input.NamePrefix ?? "";
      const all = rulesOf(store.bus(input.EventBusName)).filter(({ name }) =>
        name.startsWith(prefix),
      );
      const { entries, rest } = page(all, input);
      return { Rules: entries.map(describe), ...rest };
    },

    ListRuleNamesByTarget: (
      input: Sdk.ListRuleNamesByTargetRequest,
    ): Sdk.ListRuleNamesByTargetResponse => {
      const all = rulesOf(store.bus(input.EventBusName)).filter(({ targets }) =>
        [...targets.values()].some((target) => target.arn === input.TargetArn),
      );
      const { entries, rest } = page(all, input);
      return { RuleNames: entries.map(({ name }) => name), ...rest };
    },

    EnableRule: (input: Sdk.EnableRuleRequest) => setEnabled(input, true),
    DisableRule: (input: Sdk.DisableRuleRequest) => setEnabled(input, false),

    /** Deleting a rule that is not there succeeds; one with targets stays. */
    DeleteRule: (input: Sdk.DeleteRuleRequest): object => {
      const bus = store.bus(input.EventBusName);
      const rule = bus.rules.get(nameOf(input.Name, "name"));
      if (!rule) return {};
      if (rule.targets.size > 0) throw invalid("Rule can't be deleted since it has targets.");
      bus.rules.delete(rule.name);
      book.changed(rule);
      return {};
    },
  };
}

/** Makes or replaces a rule: what is left out of a second call is gone, but targets and tags stay. */
function putRule(book: RuleBook, input: Sdk.PutRuleRequest): Sdk.PutRuleResponse {
  refuseUnsupported("PutRule", input, [
    "Name",
    "ScheduleExpression",
    "EventPattern",
    "State",
    "Description",
    "Tags",
    "EventBusName",
  ]);
  const name = nameOf(input.Name, "name");
  const bus = book.store.bus(input.EventBusName);
  const state = stateOf(input.State);
  const description = input.Description;
  if ((description?.length ?? 0) > LONGEST_DESCRIPTION) {
    throw constraint(
      description,
      "description",
      `Member must have length less than or equal to ${LONGEST_DESCRIPTION}`,
    );
  }
  if (!input.EventPattern && !input.ScheduleExpression) {
    throw invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.");
  }
  const existing = bus.rules.get(name);
  const pattern = input.EventPattern ? patternOf(input.EventPattern) : undefined;
  const schedule = input.ScheduleExpression
    ? scheduleOf(input.ScheduleExpression, bus, existing, book.now())
    : undefined;
  const rule = existing ?? newRule(bus, name, input.Tags);
  Object.assign(rule, { enabled: state === "ENABLED", description, pattern, schedule });
  book.changed(rule);
  return { RuleArn: rule.arn };
}

function stateOf(state: string | undefined): "ENABLED" | "DISABLED" {
  switch (state) {
    case undefined:
    case "ENABLED":
      return "ENABLED";
    case "DISABLED":
      return "DISABLED";
    case "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS":
      throw notImplemented("PutRule", `the state ${state}`);
    default:
      throw constraint(
        state,
        "state",
        "Member must satisfy enum value set: [ENABLED, DISABLED, " +
          "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS]",
      );
  }
}

function patternOf(text: string): NonNullable<Rule["pattern"]> {
  if (text.length > LONGEST_PATTERN) {
    throw constraint(
      `${text.slice(0, 40)}…`,
      "eventPattern",
      `Member must have length less than or equal to ${LONGEST_PATTERN}`,
    );
  }
  return { text, compiled: compilePattern(text) };
}

function scheduleOf(text: string, bus: Bus, existing: Rule | undefined, nowMs: number): Schedule {
  if (bus.name !== DEFAULT_BUS) {
    throw invalid("ScheduleExpression is supported only on the default event bus.");
  }
  if (existing?.schedule?.text === text) return existing.schedule;
  const expression = parseExpression(text);
  const schedule = expression && { text, expression, anchorMs: nowMs };
  // One-time schedules are EventBridge Scheduler's; a cron that is never due is refused, too.
  const due = expression && nextDue(expression, nowMs, { anchorMs: nowMs, zone: UTC });
  if (!schedule || expression.kind === "at" || due === undefined) {
    throw invalid("Parameter ScheduleExpression is not valid.");
  }
  return schedule;
}

function newRule(bus: Bus, name: string, tags: Sdk.Tag[] | undefined): Rule {
  if (bus.rules.size >= MOST_RULES) {
    throw new AwsError(
      "LimitExceededException",
      "The requested resource exceeds the maximum number allowed.",
    );
  }
  const rule: Rule = {
    name,
    arn: ruleArn(bus.name, name),
    bus,
    tags: new Map((tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""])),
    targets: new Map(),
    enabled: true,
    description: undefined,
    pattern: undefined,
    schedule: undefined,
  };
  bus.rules.set(name, rule);
  return rule;
}

function rulesOf(bus: Bus): Rule[] {
  return [...bus.rules.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function describe(rule: Rule): Sdk.Rule {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.pattern?.text,
    ScheduleExpression: rule.schedule?.text,
    State: rule.enabled ? "ENABLED" : "DISABLED",
    Description: rule.description,
    EventBusName: rule.bus.name,
  };
}
