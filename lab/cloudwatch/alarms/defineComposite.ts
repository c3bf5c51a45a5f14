/** PutCompositeAlarm's input, checked and parsed. */
import type { PutCompositeAlarmInput } from "@aws-sdk/client-cloudwatch";
import type { SuppressorConfiguration } from "../ports.ts";
import { notImplemented, requireInteger, requireLength, validationError } from "../validation.ts";
import type { CompositeDefinition } from "./alarm.ts";
import type { AlarmBook } from "./book.ts";
import { commonDefinition } from "./define.ts";
import { childrenOf, nameOf, parseRule, RuleError } from "./rule.ts";
import type { Rule } from "./rule.ts";

/** "150 composite alarms can monitor a single underlying alarm." */
const MOST_PARENTS = 150;
/** "You can set the parameters to any integer in seconds": 32 bits on the wire. */
const MOST_SECONDS = 2_147_483_647;

/** A rule may name only alarms that are in the book, and so may a suppressor. */
export function compositeDefinition(
  input: PutCompositeAlarmInput,
  book: AlarmBook,
): CompositeDefinition {
  if (input.ActionConfiguration !== undefined)
    throw notImplemented("the parameter ActionConfiguration");
  const common = commonDefinition(input);
  const scaling = Object.values(common.actions).flat().find(isScaling);
  // "Composite alarms can't trigger Auto Scaling actions"; AWS's own words are not documented.
  if (scaling !== undefined)
    throw validationError(`Invalid action for a composite alarm: ${scaling}`);
  const ruleText = requireLength("alarmRule", input.AlarmRule, 1, 10_240);
  if (ruleText.trim() !== ruleText)
    throw validationError("AlarmRule must not contain leading or trailing whitespace or be null");
  const rule = parse(ruleText);
  const children = childrenOf(rule);
  const unknown = children.filter((name) => !book.get(name));
  if (unknown.length > 0)
    throw validationError(
      `Could not save the composite alarm as alarms [${unknown.join(", ")}] in the alarm rule do ` +
        "not exist",
    );
  for (const child of children) {
    const parents = book
      .parentsOf(child)
      .filter(({ definition }) => definition.name !== common.name);
    if (parents.length >= MOST_PARENTS)
      throw validationError(
        `${child} is in the rules of ${MOST_PARENTS} composite alarms already.`,
      );
  }
  return { ...common, kind: "composite", ruleText, rule, children, ...suppressorOf(input, book) };
}

/** Both periods are required with a suppressor, and go with one only. */
function suppressorOf(
  input: PutCompositeAlarmInput,
  book: AlarmBook,
): { readonly suppressor?: SuppressorConfiguration } {
  const { ActionsSuppressor: alarm } = input;
  const waitSeconds = periodOf(input, "ActionsSuppressorWaitPeriod");
  const extensionSeconds = periodOf(input, "ActionsSuppressorExtensionPeriod");
  if (alarm === undefined && waitSeconds === undefined && extensionSeconds === undefined) return {};
  if (alarm === undefined || waitSeconds === undefined || extensionSeconds === undefined)
    throw validationError(
      "ActionsSuppressor, ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod must " +
        "be specified together.",
    );
  requireLength("actionsSuppressor", alarm, 1, 1600);
  if (!book.get(nameOf(alarm)))
    throw validationError(`The alarm ${alarm} in ActionsSuppressor does not exist.`);
  return { suppressor: { alarm, waitSeconds, extensionSeconds } };
}

function periodOf(
  input: PutCompositeAlarmInput,
  member: "ActionsSuppressorWaitPeriod" | "ActionsSuppressorExtensionPeriod",
): number | undefined {
  const seconds = input[member];
  return seconds === undefined ? undefined : requireInteger(member, seconds, 0, MOST_SECONDS);
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

function isScaling(action: string): boolean {
  return action.startsWith("arn:aws:autoscaling:");
}
