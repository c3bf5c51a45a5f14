/** Checks that several of EventBridge's operations share. */
import { constraint, invalid } from "./errors.ts";

/** 1 to 64 of letters, digits, `.`, `-` and `_`. */
export function nameOf(value: string | undefined, member: string, longest = 64): string {
  if (value === undefined) throw constraint(value, member, "Member must not be null");
  if (value.length > longest) {
    throw constraint(value, member, `Member must have length less than or equal to ${longest}`);
  }
  if (/^[.\-_A-Za-z0-9]+$/.test(value)) return value;
  throw constraint(
    value,
    member,
    String.raw`Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+`,
  );
}

/** A list of 1 to `most`. */
export function listOf<T>(
  value: readonly T[] | undefined,
  member: string,
  most: number,
): readonly T[] {
  if (value === undefined) throw constraint(value, member, "Member must not be null");
  if (value.length >= 1 && value.length <= most) return value;
  const demand =
    value.length === 0
      ? "Member must have length greater than or equal to 1"
      : `Member must have length less than or equal to ${most}`;
  throw constraint(`[${value.length} entries]`, member, demand);
}

/** One page; the token is the index to go on from. `Limit` is 1 to 100. */
export function page<T>(
  all: readonly T[],
  { NextToken, Limit = 100 }: { NextToken?: string | undefined; Limit?: number | undefined },
): { readonly entries: readonly T[]; readonly rest: { readonly NextToken?: string } } {
  if (Limit < 1 || Limit > 100) {
    throw constraint(Limit, "limit", "Member must be between 1 and 100");
  }
  const from = NextToken === undefined ? 0 : Number(NextToken);
  if (!Number.isInteger(from) || from < 0) throw invalid("Parameter NextToken is not valid.");
  const next = from + Limit;
  return {
    entries: all.slice(from, next),
    rest: next < all.length ? { NextToken: String(next) } : {},
  };
}
