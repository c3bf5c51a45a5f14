/** The rules of composite alarms. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  childrenOf,
  holds,
  nameOf,
  parseRule,
  RuleError,
} from "../../../../lab/cloudwatch/alarms/rule.ts";
import type { Rule } from "../../../../lab/cloudwatch/alarms/rule.ts";
import type { StateValue } from "../../../../lab/cloudwatch/ports.ts";

const ARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:";
const STATES: Readonly<Record<string, StateValue>> = {
  a: "ALARM",
  o: "OK",
  i: "INSUFFICIENT_DATA",
  "spaced out (x)": "ALARM",
  "team:api": "ALARM",
  'with "quotes"': "ALARM",
};
const stateOf = (name: string): StateValue | undefined => STATES[name];

describe("a is in ALARM, o is OK, i is INSUFFICIENT_DATA", () => {
  test.each([
    ["ALARM(a)", true],
    ["ALARM(o)", false],
    ["OK(o)", true],
    ["INSUFFICIENT_DATA(i)", true],
    ["ALARM(i)", false],
    [`ALARM("a")`, true],
    [`ALARM(${ARN}a)`, true],
    [`ALARM("${ARN}a")`, true],
    [`ALARM("spaced out (x)")`, true],
    [`ALARM(${ARN}team:api)`, true],
    ["  ALARM ( a )  ", true],
    ["TRUE", true],
    ["FALSE", false],
    ["false", false],
    ["NOT ALARM(a)", false],
    ["NOT NOT ALARM(a)", true],
    ["NOT(ALARM(o))", true],
    ["ALARM(a) AND ALARM(o)", false],
    ["ALARM(a) OR ALARM(o)", true],
    ["ALARM(a)OR ALARM(o)AND FALSE", true],
    // NOT before AND before OR
    ["TRUE OR TRUE AND FALSE", true],
    ["(TRUE OR TRUE) AND FALSE", false],
    ["NOT FALSE OR TRUE", true],
    ["NOT (FALSE OR TRUE)", false],
    ["NOT TRUE AND FALSE", false],
    ["FALSE AND FALSE OR TRUE", true],
    ["((ALARM(a)))", true],
    [`ALARM("with \\"quotes\\"")`, true],
    // AT_LEAST: a count or a share of the alarms, in a state or not in it
    ["AT_LEAST(1, ALARM, (a, o, i))", true],
    ["AT_LEAST(2, ALARM, (a, o, i))", false],
    ["AT_LEAST(2, NOT ALARM, (a, o, i))", true],
    ["AT_LEAST(3, NOT ALARM, (a, o, i))", false],
    ["AT_LEAST(50%, OK, (a, o))", true],
    ["AT_LEAST(51%, OK, (a, o))", false],
    ["AT_LEAST(33%, ALARM, (a, o, i))", true],
    ["AT_LEAST(34%, ALARM, (a, o, i))", false],
    ["AT_LEAST(100%, NOT INSUFFICIENT_DATA, (a, o))", true],
    [`AT_LEAST(1,INSUFFICIENT_DATA,("${ARN}i"))`, true],
    [`at_least( 2 , alarm , ( a , "spaced out (x)" , o ) )`, true],
    ["AT_LEAST(2, ALARM, (a, a, o))", true],
    ["NOT AT_LEAST(2, ALARM, (a, o)) AND OK(o)", true],
    ["AT_LEAST(2, ALARM, (a, o)) OR AT_LEAST(1, OK, (o))", true],
  ])("%s is %s", (text, expected) => {
    expect(holds(parseRule(text), stateOf)).toBe(expected);
  });

  test("an alarm that does not exist is in no state", () => {
    expect(holds(parseRule("ALARM(x) OR OK(x) OR INSUFFICIENT_DATA(x)"), stateOf)).toBe(false);
  });
});

test("children are named once, by name", () => {
  const rule = parseRule(`ALARM(a) AND (OK("${ARN}a") OR NOT ALARM(b)) OR AT_LEAST(1, OK, (b, c))`);
  expect(childrenOf(rule)).toEqual(["a", "b", "c"]);
  expect(nameOf("plain")).toBe("plain");
});

describe("refused, with the place", () => {
  test.each([
    ["", `expected an alarm state, TRUE, FALSE, NOT or a parenthesis but found the end`],
    ["ALARM", `expected "(" but found the end`],
    ["ALARM()", "expected an alarm's name or ARN"],
    ["ALARM(a", `expected ")"`],
    ["ALARM(a) XOR ALARM(b)", `expected AND, OR or the end but found "XOR ALARM(b)"`],
    ["ALARM(a) ALARM(b)", "expected AND, OR or the end"],
    ["ALARM(a) AND", "but found the end"],
    ["ALARM(a b)", `expected ")"`],
    ["ALARM(a, b)", `expected ")"`],
    ["AT_LEAST(ALARM, (a, b))", "expected a count or a percentage"],
    ["AT_LEAST(1, (a, b))", "expected an alarm state"],
    ["AT_LEAST(1, ALARM, a, b)", `expected "("`],
    ["AT_LEAST(1, ALARM, ())", "expected an alarm's name or ARN"],
    ["AT_LEAST(1, ALARM(a), ALARM(b))", `expected ","`],
    ["AT_LEAST(1, ALARM, (a, b)", `expected ")"`],
    ["AT_LEAST(0, ALARM, (a, b))", "AT_LEAST of 0 is not between 1 and 2"],
    ["AT_LEAST(3, ALARM, (a, b))", "AT_LEAST of 3 is not between 1 and 2"],
    ["AT_LEAST(0%, ALARM, (a))", "AT_LEAST of 0% is not between 1 and 100"],
    ["AT_LEAST(101%, ALARM, (a))", "AT_LEAST of 101% is not between 1 and 100"],
    [
      `AT_LEAST(1, ALARM, (${Array.from({ length: 501 }, () => "a").join(",")}))`,
      "more than 500 elements",
    ],
    [
      `AT_LEAST(1, ALARM, (${Array.from({ length: 101 }, (_, i) => `x${i}`).join(",")}))`,
      "more than 100 alarms",
    ],
    ["(ALARM(a)", `expected ")"`],
    ["NOT", "but found the end"],
    [Array.from({ length: 501 }, () => "TRUE").join(" OR "), "more than 500 elements"],
    [Array.from({ length: 101 }, (_, i) => `OK(x${i})`).join(" OR "), "more than 100 alarms"],
  ])("%.40s", (text, message) => {
    expect(() => parseRule(text)).toThrow(RuleError);
    expect(() => parseRule(text)).toThrow(message);
  });
});

function print(rule: Rule): string {
  if (rule.kind === "constant") return String(rule.value).toUpperCase();
  if (rule.kind === "state") return `${rule.state}("${rule.alarm}")`;
  if (rule.kind === "atLeast") {
    const state = `${rule.negated ? "NOT " : ""}${rule.state}`;
    return `AT_LEAST(${rule.count}, ${state}, (${rule.alarms.join(", ")}))`;
  }
  if (rule.kind === "not") return `NOT (${print(rule.operand)})`;
  return `(${print(rule.left)}) ${rule.kind.toUpperCase()} (${print(rule.right)})`;
}

/** The class of what parsing throws, if it does. */
function failureOf(text: string): unknown {
  try {
    parseRule(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.constructor : error;
  }
}

describe("properties", () => {
  const { rule: anyRule } = fc.letrec<{ rule: Rule }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 4 },
      fc.boolean().map((value): Rule => ({ kind: "constant", value })),
      fc
        .tuple(
          fc.constantFrom<StateValue[]>("ALARM", "OK", "INSUFFICIENT_DATA"),
          fc.constantFrom("a", "o", "i"),
        )
        .map(([state, alarm]): Rule => ({ kind: "state", state, alarm })),
      fc
        .record({
          negated: fc.boolean(),
          state: fc.constantFrom<StateValue[]>("ALARM", "OK", "INSUFFICIENT_DATA"),
          alarms: fc.array(fc.constantFrom("a", "o", "i"), { minLength: 1, maxLength: 5 }),
          share: fc.nat(),
        })
        .map(({ negated, state, alarms, share }): Rule => {
          const count = 1 + (share % alarms.length);
          return { kind: "atLeast", count, negated, state, alarms };
        }),
      tie("rule").map((operand): Rule => ({ kind: "not", operand })),
      fc
        .tuple(fc.constantFrom("and" as const, "or" as const), tie("rule"), tie("rule"))
        .map(([kind, left, right]): Rule => ({ kind, left, right })),
    ),
  }));

  test("a printed rule means what it meant", () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        expect(holds(parseRule(print(rule)), stateOf)).toBe(holds(rule, stateOf));
      }),
    );
  });

  test("De Morgan", () => {
    fc.assert(
      fc.property(anyRule, anyRule, (a, b) => {
        const left = parseRule(`NOT ((${print(a)}) AND (${print(b)}))`);
        const right = parseRule(`NOT (${print(a)}) OR NOT (${print(b)})`);
        expect(holds(left, stateOf)).toBe(holds(right, stateOf));
      }),
    );
  });

  test("any text is a rule or a RuleError, never anything else", () => {
    const words = fc.constantFrom(
      "ALARM(a)",
      "AT_LEAST(",
      "1,",
      "ALARM,",
      "AND",
      "OR",
      "NOT",
      "(",
      ")",
      "TRUE",
      `"`,
      "x",
      " ",
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
        expect([undefined, RuleError]).toContain(failureOf(parts.join(" ")));
      }),
    );
  });
});
