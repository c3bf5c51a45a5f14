/**
 * What CloudWatch's operations check alike. Alarms and GetMetricData answer `ValidationError`;
 * PutMetricData, GetMetricStatistics and ListMetrics answer `InvalidParameterValue` and its kin.
 */
import { StandardUnit } from "@aws-sdk/client-cloudwatch";
import type { Dimension } from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../service.ts";

export function validationError(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

/** The way AWS words a broken constraint of one member. */
export function constraintError(
  member: string,
  value: string | number | undefined,
  constraint: string,
): AwsError {
  const shown = value === undefined ? "null" : `'${value}'`;
  return validationError(
    `1 validation error detected: Value ${shown} at '${member}' failed to satisfy constraint: ` +
      `Member must ${constraint}`,
  );
}

export function invalidValue(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}

export function invalidCombination(message: string): AwsError {
  return new AwsError("InvalidParameterCombinationException", message);
}

export function missingParameter(parameter: string): AwsError {
  return new AwsError(
    "MissingRequiredParameterException",
    `The parameter ${parameter} is required.`,
  );
}

/** For what AWS would do and the lab does not. */
export function notImplemented(what: string): AwsError {
  return new AwsError("NotImplemented", `The lab's CloudWatch does not implement ${what}.`, 501);
}

export function requireLength(
  member: string,
  value: string | undefined,
  least: number,
  most: number,
): string {
  if (value === undefined) throw constraintError(member, value, "not be null");
  if (value.length < least)
    throw constraintError(member, value, `have length greater than or equal to ${least}`);
  if (value.length > most)
    throw constraintError(member, value, `have length less than or equal to ${most}`);
  return value;
}

export function requireOneOf<T extends string>(
  member: string,
  value: string | undefined,
  allowed: readonly T[],
): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined)
    throw constraintError(member, value, `satisfy enum value set: [${allowed.join(", ")}]`);
  return found;
}

export function requireInteger(
  member: string,
  value: number | undefined,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  if (value === undefined) throw constraintError(member, value, "not be null");
  if (!Number.isInteger(value)) throw constraintError(member, value, "be an integer");
  if (value < least)
    throw constraintError(member, value, `have value greater than or equal to ${least}`);
  if (value > most)
    throw constraintError(member, value, `have value less than or equal to ${most}`);
  return value;
}

const MOST_DIMENSIONS = 30;
const ASCII = /^[\x20-\x7e]+$/;

/** What is wrong with a list of dimensions, or undefined; `where` names the list. */
export function dimensionProblem(
  where: string,
  dimensions: readonly Dimension[] | undefined,
): string | undefined {
  const list = dimensions ?? [];
  if (list.length > MOST_DIMENSIONS)
    return `The collection ${where} must not have a size greater than ${MOST_DIMENSIONS}.`;
  const names = new Set<string>();
  for (const [index, { Name, Value }] of list.entries()) {
    const member = `${where}.member.${index + 1}`;
    if (!isText(Name, 255) || Name.startsWith(":"))
      return `The value ${Name ?? ""} for parameter ${member}.Name is invalid.`;
    if (!isText(Value, 1024))
      return `The value ${Value ?? ""} for parameter ${member}.Value is invalid.`;
    if (names.has(Name)) return `The parameter ${where} contains the name ${Name} more than once.`;
    names.add(Name);
  }
  return undefined;
}

function isText(text: string | undefined, most: number): text is string {
  return text !== undefined && text.length <= most && ASCII.test(text) && text.trim() !== "";
}

export function dimensionRecord(
  dimensions: readonly Dimension[] | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries((dimensions ?? []).map(({ Name, Value }) => [Name ?? "", Value ?? ""]));
}

export function dimensionList(dimensions: Readonly<Record<string, string>>): Dimension[] {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}

const UNITS = new Map<string, StandardUnit>(
  Object.values(StandardUnit).map((unit) => [unit, unit]),
);

export function standardUnit(text: string): StandardUnit | undefined {
  return UNITS.get(text);
}

/** Seconds that an alarm's period may have: "10, 20, 30, and any multiple of 60". */
export function isAlarmPeriod(seconds: number): boolean {
  return [10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0);
}

/** Seconds that a read may ask for: "1, 5, 10, 20, 30, 60, or any multiple of 60". */
export function isReadPeriod(seconds: number): boolean {
  return seconds === 1 || seconds === 5 || isAlarmPeriod(seconds);
}
