/**
 * Lists of metrics and expressions, as PutMetricAlarm and GetMetricData take them: checked and
 * parsed once; compute.ts then computes them as often as needed.
 */
import type { MetricDataQuery, MetricStat, StandardUnit } from "@aws-sdk/client-cloudwatch";
import { ACCOUNT_ID } from "../service.ts";
import { FUNCTIONS, UNSUPPORTED_FUNCTIONS } from "./math/functions.ts";
import { idsOf, MathError, parseExpression } from "./math/syntax.ts";
import type { Expression } from "./math/syntax.ts";
import { isUnsupportedStatistic, parseStatistic } from "./metrics/statistic.ts";
import type { Statistic } from "./metrics/statistic.ts";
import { metricKey } from "./metrics/store.ts";
import type { MetricId } from "./metrics/store.ts";
import {
  dimensionProblem,
  dimensionRecord,
  notImplemented,
  validationError,
} from "./validation.ts";

/** One statistic of one metric. */
export interface Source {
  readonly metric: MetricId;
  readonly key: string;
  readonly unit: StandardUnit | undefined;
  readonly statistic: Statistic;
  readonly statisticName: string;
  readonly periodSeconds: number;
}

export interface Query {
  readonly id: string;
  readonly returnData: boolean;
  readonly label: string | undefined;
  /** Of an expression: its own, for one that reads no metric. */
  readonly periodSeconds: number | undefined;
  readonly computed: { readonly source: Source } | { readonly expression: Expression };
}

/** Checks ids, references, functions and arguments; `member` names the list in messages. */
export function compileQueries(
  member: string,
  queries: readonly MetricDataQuery[],
  isPeriod: (seconds: number) => boolean,
): readonly Query[] {
  const compiled = queries.map((query, index) =>
    compileQuery(`${member}.member.${index + 1}`, query, isPeriod),
  );
  const seen = new Set<string>();
  for (const { id } of compiled) {
    if (seen.has(id))
      throw validationError(`The values for parameter id in ${member} are not unique.`);
    seen.add(id);
  }
  for (const query of compiled) {
    if (!("expression" in query.computed)) continue;
    const { expression } = query.computed;
    for (const id of idsOf(expression))
      if (!seen.has(id)) throw expressionError(query.id, `unknown id "${id}"`);
    refuseFunctions(query.id, expression);
  }
  return compiled;
}

function compileQuery(
  member: string,
  query: MetricDataQuery,
  isPeriod: (seconds: number) => boolean,
): Query {
  const { Id, MetricStat, Expression, Label } = query;
  if (Id === undefined || !/^[a-z][a-zA-Z0-9_]{0,254}$/.test(Id))
    throw validationError(
      `The value ${Id ?? ""} for parameter ${member}.Id is not matching the expected pattern ` +
        "^[a-z][a-zA-Z0-9_]*$.",
    );
  if ((MetricStat === undefined) === (Expression === undefined))
    throw validationError(
      `The parameters ${member}.Expression and ${member}.MetricStat: exactly one is required.`,
    );
  if (query.AccountId !== undefined && query.AccountId !== ACCOUNT_ID)
    throw notImplemented(`${member}.AccountId of another account`);
  if (Label?.includes("${")) throw notImplemented(`dynamic labels (${member}.Label)`);
  const common = { id: Id, returnData: query.ReturnData ?? true, label: Label };
  if (MetricStat) {
    const source = compileStat(`${member}.MetricStat`, MetricStat, isPeriod);
    return { ...common, periodSeconds: source.periodSeconds, computed: { source } };
  }
  if (query.Period !== undefined && !isPeriod(query.Period))
    throw validationError(`The value ${query.Period} for parameter ${member}.Period is invalid.`);
  return {
    ...common,
    periodSeconds: query.Period,
    computed: { expression: parse(Id, Expression) },
  };
}

export function compileStat(
  member: string,
  stat: MetricStat,
  isPeriod: (seconds: number) => boolean,
): Source {
  const { Metric, Period, Stat, Unit } = stat;
  if (!Metric?.MetricName)
    throw validationError(`The parameter ${member}.Metric.MetricName is required.`);
  if (!Metric.Namespace)
    throw validationError(`The parameter ${member}.Metric.Namespace is required.`);
  const problem = dimensionProblem(`${member}.Metric.Dimensions`, Metric.Dimensions);
  if (problem) throw validationError(problem);
  if (Period === undefined || !isPeriod(Period))
    throw validationError(`The value ${Period ?? ""} for parameter ${member}.Period is invalid.`);
  const metric = {
    namespace: Metric.Namespace,
    metricName: Metric.MetricName,
    dimensions: dimensionRecord(Metric.Dimensions),
  };
  return {
    metric,
    key: metricKey(metric),
    unit: Unit,
    statistic: requireStatistic(`${member}.Stat`, Stat),
    statisticName: Stat ?? "",
    periodSeconds: Period,
  };
}

function requireStatistic(member: string, name: string | undefined): Statistic {
  const statistic = parseStatistic(name ?? "");
  if (statistic) return statistic;
  if (name && isUnsupportedStatistic(name))
    throw notImplemented(`the statistic ${name} (${member})`);
  throw validationError(`The value ${name ?? ""} for parameter ${member} is not supported.`);
}

function parse(id: string, text: string | undefined): Expression {
  if (/^\s*SELECT\b/i.test(text ?? "")) throw notImplemented(`Metrics Insights queries (${id})`);
  // Those that take text, which the grammar of alarms lacks: SEARCH('...', 'Sum'), METRICS("e").
  const called = /\b([A-Z][A-Z0-9_]*)\s*\(\s*["']/.exec(text ?? "")?.[1];
  if (called !== undefined && UNSUPPORTED_FUNCTIONS.has(called))
    throw notImplemented(`the function ${called} (in ${id})`);
  try {
    return parseExpression(text ?? "");
  } catch (error) {
    if (error instanceof MathError) throw expressionError(id, error.message);
    throw error;
  }
}

export function expressionError(id: string, problem: string): Error {
  return validationError(`Error in expression '${id}' [${problem}]`);
}

function refuseFunctions(id: string, expression: Expression): void {
  for (const name of functionsOf(expression)) {
    if (Object.hasOwn(FUNCTIONS, name)) continue;
    if (UNSUPPORTED_FUNCTIONS.has(name)) throw notImplemented(`the function ${name} (in ${id})`);
    throw expressionError(id, `unknown function ${name}`);
  }
}

function functionsOf(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case "negation":
      return functionsOf(expression.operand);
    case "binary":
      return [...functionsOf(expression.left), ...functionsOf(expression.right)];
    case "array":
      return expression.items.flatMap(functionsOf);
    case "call":
      return [expression.name, ...expression.args.flatMap(functionsOf)];
    default:
      return [];
  }
}
