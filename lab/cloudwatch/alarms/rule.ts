/**
 * The rules of composite alarms:
 *
 *     rule   := term (OR term)*
 *     term   := factor (AND factor)*
 *     factor := NOT factor | ( rule ) | TRUE | FALSE | STATE ( alarm )
 *             | AT_LEAST ( count | n% , [NOT] STATE , ( alarm , alarm ... ) )
 *
 * where STATE is ALARM, OK or INSUFFICIENT_DATA and `alarm` a name or an ARN. "If specified without
 * quotes, alarm names or ARNs must not contain spaces, round brackets, or commas"; in quotes a
 * quote is written \" (CloudWatch user guide, "Composite alarms").
 * AWS does not state the precedence; the lab reads NOT before AND before OR.
 */
import type { StateValue } from "../ports.ts";

export type Rule =
  | { readonly kind: "constant"; readonly value: boolean }
  | { readonly kind: "state"; readonly state: StateValue; readonly alarm: string }
  | {
      readonly kind: "atLeast";
      /** Of the alarms, each as often as it is named. */
      readonly count: number;
      readonly negated: boolean;
      readonly state: StateValue;
      readonly alarms: readonly string[];
    }
  | { readonly kind: "not"; readonly operand: Rule }
  | { readonly kind: "and" | "or"; readonly left: Rule; readonly right: Rule };

/** What is wrong with a rule, in words for the person who wrote it. */
export class RuleError extends Error {
  override name = "RuleError";
}

const STATES: readonly StateValue[] = ["ALARM", "OK", "INSUFFICIENT_DATA"];
const MOST_CHILDREN = 100;
/** "Elements are child alarms, TRUE or FALSE statements, and parentheses." */
const MOST_ELEMENTS = 500;

/** Throws RuleError when the text is not a rule, or one that is too large. */
export function parseRule(text: string): Rule {
  let at = 0;
  let elements = 0;

  const skip = (): void => {
    while (/\s/.test(text.charAt(at))) at++;
  };
  const fail = (expected: string): never => {
    skip();
    const found = at < text.length ? `"${text.slice(at, at + 20)}"` : "the end";
    throw new RuleError(`expected ${expected} but found ${found} at position ${at}`);
  };
  const word = (): string => {
    skip();
    return /^[A-Za-z_]+/.exec(text.slice(at, at + 30))?.[0] ?? "";
  };
  const takeWord = (wanted: string): boolean => {
    if (word().toUpperCase() !== wanted) return false;
    at += wanted.length;
    return true;
  };
  const take = (symbol: string): boolean => {
    skip();
    if (text.charAt(at) !== symbol) return false;
    at++;
    return true;
  };
  const need = (symbol: string): void => {
    if (!take(symbol)) fail(`"${symbol}"`);
  };
  const element = (): void => {
    if (++elements > MOST_ELEMENTS) throw new RuleError(`more than ${MOST_ELEMENTS} elements`);
  };

  const rule = (): Rule => {
    let left = term();
    while (takeWord("OR")) left = { kind: "or", left, right: term() };
    return left;
  };
  const term = (): Rule => {
    let left = factor();
    while (takeWord("AND")) left = { kind: "and", left, right: factor() };
    return left;
  };
  const factor = (): Rule => {
    let negated = false;
    while (takeWord("NOT")) negated = !negated;
    const operand = atom();
    return negated ? { kind: "not", operand } : operand;
  };
  const atom = (): Rule => {
    element();
    if (take("(")) {
      const inner = rule();
      need(")");
      return inner;
    }
    if (takeWord("TRUE")) return { kind: "constant", value: true };
    if (takeWord("FALSE")) return { kind: "constant", value: false };
    if (takeWord("AT_LEAST")) return atLeast();
    const state = takeState() ?? fail("an alarm state, TRUE, FALSE, NOT or a parenthesis");
    need("(");
    const alarm = reference();
    need(")");
    return { kind: "state", state, alarm };
  };
  const atLeast = (): Rule => {
    need("(");
    skip();
    const [threshold, number, percent] =
      /^(\d{1,4})(%?)/.exec(text.slice(at, at + 5)) ?? fail("a count or a percentage");
    at += threshold.length;
    need(",");
    const negated = takeWord("NOT");
    const state = takeState() ?? fail("an alarm state");
    need(",");
    need("(");
    const alarms = [reference()];
    while (take(",")) {
      element();
      alarms.push(reference());
    }
    need(")");
    need(")");
    const most = percent ? 100 : alarms.length;
    const wanted = Number(number);
    if (wanted < 1 || wanted > most)
      throw new RuleError(`AT_LEAST of ${threshold} is not between 1 and ${most}`);
    const count = percent ? Math.ceil((wanted * alarms.length) / 100) : wanted;
    return { kind: "atLeast", count, negated, state, alarms };
  };
  const takeState = (): StateValue | undefined => {
    const wanted = word().toUpperCase();
    const state = STATES.find((candidate) => candidate === wanted);
    at += state?.length ?? 0;
    return state;
  };
  const reference = (): string => {
    skip();
    const match = /^"((?:[^"\\]|\\.)+)"|^([^\s"(),]+)/.exec(text.slice(at));
    if (!match) return fail("an alarm's name or ARN");
    at += match[0].length;
    return match[1]?.replaceAll('\\"', '"').trim() ?? match[2] ?? "";
  };

  const result = rule();
  skip();
  if (at < text.length) fail("AND, OR or the end");
  if (childrenOf(result).length > MOST_CHILDREN)
    throw new RuleError(`more than ${MOST_CHILDREN} alarms`);
  return result;
}

/** The names of the alarms that a rule reads, each once. */
export function childrenOf(rule: Rule): readonly string[] {
  const names = new Set<string>();
  const visit = (part: Rule): void => {
    if (part.kind === "state") names.add(nameOf(part.alarm));
    else if (part.kind === "atLeast") for (const alarm of part.alarms) names.add(nameOf(alarm));
    else if (part.kind === "not") visit(part.operand);
    else if (part.kind !== "constant") {
      visit(part.left);
      visit(part.right);
    }
  };
  visit(rule);
  return [...names];
}

/** Whether the rule holds; `stateOf` answers undefined for an alarm that does not exist. */
export function holds(rule: Rule, stateOf: (name: string) => StateValue | undefined): boolean {
  switch (rule.kind) {
    case "constant":
      return rule.value;
    case "state":
      return stateOf(nameOf(rule.alarm)) === rule.state;
    case "atLeast": {
      const { state, negated, count } = rule;
      const fitting = rule.alarms.filter((alarm) => {
        const current = stateOf(nameOf(alarm));
        return current !== undefined && (current === state) !== negated;
      });
      return fitting.length >= count;
    }
    case "not":
      return !holds(rule.operand, stateOf);
    case "and":
      return holds(rule.left, stateOf) && holds(rule.right, stateOf);
    default:
      return holds(rule.left, stateOf) || holds(rule.right, stateOf);
  }
}

/** `arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME`: a name may contain colons. */
export function nameOf(nameOrArn: string): string {
  return /^arn:aws:cloudwatch:[^:]*:[^:]*:alarm:(.+)$/.exec(nameOrArn)?.[1] ?? nameOrArn;
}
