/** Whether a function's resource policy lets CloudWatch alarms invoke it: pure. */
import { z } from "zod";

/** Source: Amazon CloudWatch User Guide, "Lambda alarm actions". */
const ALARM_PRINCIPAL = "lambda.alarms.cloudwatch.amazonaws.com";

const oneOrMore = z.union([z.string(), z.array(z.string())]);
const statementSchema = z.looseObject({
  Effect: z.string(),
  Principal: z.union([z.literal("*"), z.looseObject({ Service: oneOrMore.optional() })]).optional(),
  Action: oneOrMore.default([]),
  Condition: z.record(z.string(), z.record(z.string(), oneOrMore)).default({}),
});
const policySchema = z.looseObject({ Statement: z.array(statementSchema).default([]) });

/** True when a statement allows it, its conditions on source ARN and account hold, and none denies it. */
export function permitsAlarm(policyJson: string, alarmArn: string): boolean {
  const matching = policySchema
    .parse(JSON.parse(policyJson))
    .Statement.filter((statement) => appliesTo(statement, alarmArn));
  return (
    matching.some((statement) => statement.Effect === "Allow") &&
    !matching.some((statement) => statement.Effect === "Deny")
  );
}

function appliesTo(statement: z.infer<typeof statementSchema>, alarmArn: string): boolean {
  const { Principal: principal } = statement;
  const services = principal === "*" ? ["*"] : listOf(principal?.Service ?? []);
  const byPrincipal = services.some((name) => name === "*" || name === ALARM_PRINCIPAL);
  const byAction = listOf(statement.Action).some((action) =>
    like(action.toLowerCase(), "lambda:invokefunction"),
  );
  return byPrincipal && byAction && conditionsHold(statement.Condition, alarmArn);
}

/** The operators that `add-permission` writes and their kin; any other is not understood, and fails. */
const EQUALITY = new Set(["stringequals", "stringlike", "arnequals", "arnlike"]);

function conditionsHold(
  conditions: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>,
  alarmArn: string,
): boolean {
  const account = alarmArn.split(":")[4] ?? "";
  const actual = new Map([
    ["aws:sourcearn", alarmArn],
    ["aws:sourceaccount", account],
  ]);
  return Object.entries(conditions).every(([operator, tests]) =>
    Object.entries(tests).every(([key, allowed]) => {
      const value = actual.get(key.toLowerCase());
      if (value === undefined || !EQUALITY.has(operator.toLowerCase())) return false;
      return listOf(allowed).some((pattern) => like(pattern, value));
    }),
  );
}

/** IAM's wildcards: `*` any run of characters, `?` any one. */
function like(pattern: string, value: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(value);
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}
