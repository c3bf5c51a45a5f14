/** The errors of ECS by their usual kinds, and which members of an input carry a meaning. */
import { AwsError } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";

export function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}

export function clientError(message: string): AwsError {
  return new AwsError("ClientException", message);
}

/**
 * Refuses members outside `supported`, unless they say nothing: clients fill in `false`, empty
 * strings, lists and objects where a user wrote nothing.
 */
export function refuseMeaningful(
  operation: string,
  input: object,
  supported: readonly string[],
): void {
  const meant = Object.entries(input).filter(([, value]) => !saysNothing(value));
  refuseUnsupported(operation, Object.fromEntries(meant), supported);
}

function saysNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** ECS names: `letters, numbers, hyphens and underscores`, at most 255. */
export function checkName(name: string | undefined, what: string): string {
  if (name !== undefined && /^[A-Za-z0-9_-]{1,255}$/.test(name)) return name;
  throw invalid(`${what} must match ^[A-Za-z0-9_-]{1,255}$: "${name ?? ""}" does not.`);
}

/** One page of a List operation: ECS's pages hold `maxResults`, at most 100. */
export function paged<T>(
  all: readonly T[],
  {
    maxResults = 100,
    nextToken,
  }: { maxResults?: number | undefined; nextToken?: string | undefined },
): { page: T[]; next: { nextToken?: string } } {
  if (!(maxResults >= 1 && maxResults <= 100)) throw invalid("maxResults must be from 1 to 100.");
  const offset = Number(nextToken ?? 0);
  if (!Number.isInteger(offset) || offset < 0) throw invalid("Invalid token.");
  const end = offset + maxResults;
  return {
    page: all.slice(offset, end),
    next: end < all.length ? { nextToken: String(end) } : {},
  };
}
