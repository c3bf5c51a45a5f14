/** PutCompositeAlarm's input, checked and parsed. */
import type { PutCompositeAlarmInput } from "@aws-sdk/client-cloudwatch";
import { notImplemented, requireLength, validationError } from "../validation.ts";
import type { CompositeDefinition } from "./alarm.ts";
import { commonDefinition } from "./define.ts";
import { childrenOf, parseRule, RuleError } from "./rule.ts";
import type { Rule } from "./rule.ts";

/** `exists` tells whether an alarm of that name is there: a rule may name only such. */
export function compositeDefinition(
  input: PutCompositeAlarmInput,
  exists: (name: string) => boolean,
): CompositeDefinition {
  for (const parameter of [
    "ActionsSuppressor",
    "ActionsSuppressorWaitPeriod",
    "ActionsSuppressorExtensionPeriod",
    "ActionConfiguration",
  ] as const)
    if (input[parameter] !== undefined) throw notImplemented(`the parameter ${parameter}`);
  const common = commonDefinition(input);
  const ruleText = requireLength("alarmRule", input.AlarmRule, 1, 10_240);
  const rule = parse(ruleText);
  const children = childrenOf(rule);
  const unknown = children.filter((name) => !exists(name));
  if (unknown.length > 0)
    throw validationError(
      `Could not save the composite alarm as alarms [${unknown.join(", ")}] in the alarm rule do ` +
        "not exist",
    );
  return { ...common, kind: "composite", ruleText, rule, children };
}

function parse(text: string): Rule {
  try {
    return parseRule(text);
  } catch (error) {
    if (error instanceof RuleError)
      throw validationError(`AlarmRule must be a valid rule expression: ${error.message}`);
    throw error;
  }
}
