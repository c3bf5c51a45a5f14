/** Listener rules: create, describe, change, delete, reorder; and their way to the data plane. */
import type {
  CreateRuleInput,
  CreateRuleOutput,
  DeleteRuleInput,
  DeleteRuleOutput,
  DescribeRulesInput,
  DescribeRulesOutput,
  ModifyRuleInput,
  ModifyRuleOutput,
  Rule,
  SetRulePrioritiesInput,
  SetRulePrioritiesOutput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Rule as PlaneRule } from "../dataplane/model.ts";
import { AwsError, type Operation } from "../service.ts";
import { checkActions, planeAction } from "./actions.ts";
import { newRuleArn } from "./arns.ts";
import { checkConditions, planeCondition } from "./conditions.ts";
import type { Context } from "./context.ts";
import { page } from "./paging.ts";
import type { RuleRecord, Store } from "./store.ts";
import { checkTags } from "./tags.ts";
import { refuseMembers, requireList, requireRange, validationError } from "./validation.ts";

export function ruleOperations(context: Context): Record<string, Operation> {
  const { store } = context;
  return {
    CreateRule(input: CreateRuleInput): CreateRuleOutput {
      const listener = store.listener(input.ListenerArn);
      refuseMembers(input, ["Transforms"]);
      if (input.Priority === undefined) throw validationError("A priority must be specified");
      requireRange("priority", input.Priority, 1, 50_000);
      const conditions = checkConditions(input.Conditions);
      const actions = checkActions(store, listener.loadBalancerArn, input.Actions, "actions");
      const tags = checkTags(input.Tags);
      requireFreePriorities(store, listener.arn, [{ arn: "", priority: input.Priority }]);
      const rule: RuleRecord = {
        arn: newRuleArn(listener.arn),
        listenerArn: listener.arn,
        priority: input.Priority,
        conditions,
        actions,
      };
      store.rules.set(rule.arn, rule);
      store.tags.set(rule.arn, tags);
      applyRules(context, listener.arn);
      return { Rules: [describe(rule)] };
    },

    DescribeRules(input: DescribeRulesInput): DescribeRulesOutput {
      const { RuleArns: arns = [], ListenerArn: listenerArn } = input;
      if (arns.length === 0 && listenerArn === undefined) {
        throw validationError("You must specify either listener rule ARNs or a listener ARN");
      }
      const wanted =
        arns.length > 0
          ? arns.map((arn) => store.rule(arn))
          : store.rulesOf(store.listener(listenerArn).arn);
      const { items, next } = page(wanted, input, ({ arn }) => arn);
      return { Rules: items.map(describe), ...next };
    },

    ModifyRule(input: ModifyRuleInput): ModifyRuleOutput {
      const rule = store.rule(input.RuleArn);
      refuseMembers(input, ["Transforms", "ResetTransforms"]);
      refuseDefault(rule, "modified");
      const { loadBalancerArn } = store.listener(rule.listenerArn);
      const conditions = input.Conditions ? checkConditions(input.Conditions) : rule.conditions;
      const actions = input.Actions
        ? checkActions(store, loadBalancerArn, input.Actions, "actions")
        : rule.actions;
      Object.assign(rule, { conditions, actions });
      applyRules(context, rule.listenerArn);
      return { Rules: [describe(rule)] };
    },

    SetRulePriorities(input: SetRulePrioritiesInput): SetRulePrioritiesOutput {
      const pairs = requireList("RulePriorities", input.RulePriorities);
      const changes = pairs.map(({ RuleArn, Priority = 0 }) => {
        const rule = store.rule(RuleArn);
        refuseDefault(rule, "reprioritized");
        requireRange("rulePriorities.member.priority", Priority, 1, 50_000);
        return { rule, arn: rule.arn, priority: Priority };
      });
      for (const listenerArn of new Set(changes.map(({ rule }) => rule.listenerArn))) {
        const own = changes.filter(({ rule }) => rule.listenerArn === listenerArn);
        requireFreePriorities(store, listenerArn, own);
      }
      for (const { rule, priority } of changes) rule.priority = priority;
      for (const { rule } of changes) applyRules(context, rule.listenerArn);
      return { Rules: changes.map(({ rule }) => describe(rule)) };
    },

    DeleteRule(input: DeleteRuleInput): DeleteRuleOutput {
      const rule = store.rule(input.RuleArn);
      refuseDefault(rule, "deleted");
      store.removeRule(rule.arn);
      applyRules(context, rule.listenerArn);
      return {};
    },
  };
}

/** The rules of a listener in the order in which the data plane tries them. */
export function planeRules(store: Store, listenerArn: string): readonly PlaneRule<string>[] {
  return store.rulesOf(listenerArn).map(({ conditions, actions }) => ({
    conditions: conditions.map(planeCondition),
    action: planeAction(actions[0]),
  }));
}

export function applyRules({ store, plane }: Context, listenerArn: string): void {
  plane.setRules(listenerArn, planeRules(store, listenerArn));
}

function describe(rule: RuleRecord): Rule {
  const isDefault = !Number.isFinite(rule.priority);
  return {
    RuleArn: rule.arn,
    Priority: isDefault ? "default" : String(rule.priority),
    Conditions: [...rule.conditions],
    Actions: [...rule.actions],
    IsDefault: isDefault,
    Transforms: [],
  };
}

function refuseDefault(rule: RuleRecord, what: string): void {
  if (Number.isFinite(rule.priority)) return;
  throw new AwsError(
    "OperationNotPermittedException",
    `Default rule '${rule.arn}' cannot be ${what}`,
  );
}

/** No two rules of a listener may share a priority once the changes are made. */
function requireFreePriorities(
  store: Store,
  listenerArn: string,
  changes: readonly { readonly arn: string; readonly priority: number }[],
): void {
  const changing = new Set(changes.map(({ arn }) => arn));
  const taken = new Set(
    store
      .rulesOf(listenerArn)
      .filter(({ arn }) => !changing.has(arn))
      .map(({ priority }) => priority),
  );
  for (const { priority } of changes) {
    if (taken.has(priority)) {
      throw new AwsError("PriorityInUseException", `Priority '${priority}' is currently in use`);
    }
    taken.add(priority);
  }
}
