/** What CloudWatch Logs refuses, and what the lab does. */
import { AwsError } from "../service.ts";
import { notImplemented } from "../supported.ts";

export function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}

/** Throws `NotImplemented` for those of `names` that the caller gave a meaning to. */
export function refuse(operation: string, input: object, names: readonly string[]): void {
  const meant = Object.entries(input).filter(([, value]) => value !== undefined && value !== false);
  const refused = meant.map(([name]) => name).filter((name) => names.includes(name));
  if (refused.length > 0) throw notImplemented(operation, `the parameter ${refused.join(", ")}`);
}

/** AWS's list of retention periods, in days. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
];

export function checkRetention(days: number | undefined): number {
  if (days !== undefined && RETENTION_DAYS.includes(days)) return days;
  throw invalid(`retentionInDays: ${days} must be one of ${RETENTION_DAYS.join(", ")}.`);
}

export function checkGroupName(name: string | undefined): string {
  if (name !== undefined && /^[.\-_/#A-Za-z0-9]{1,512}$/.test(name)) return name;
  throw invalid(
    `1 validation error detected: Value '${name ?? ""}' at 'logGroupName' failed to satisfy ` +
      "constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
  );
}

export function checkStreamName(name: string | undefined): string {
  if (name !== undefined && /^[^:*]{1,512}$/.test(name)) return name;
  throw invalid(
    `1 validation error detected: Value '${name ?? ""}' at 'logStreamName' failed to satisfy ` +
      "constraint: Member must satisfy regular expression pattern: [^:*]*",
  );
}
