/** Pages of lists; the token is the index to go on from. */
import { constraint, invalid } from "../events/errors.ts";

/** `MaxResults` is 1 to 100. */
export function page<T>(
  all: readonly T[],
  {
    NextToken,
    MaxResults = 100,
  }: { NextToken?: string | undefined; MaxResults?: number | undefined },
): { readonly entries: T[]; readonly rest: { readonly NextToken?: string } } {
  if (MaxResults < 1 || MaxResults > 100) {
    throw constraint(MaxResults, "maxResults", "Member must be between 1 and 100");
  }
  const from = NextToken === undefined ? 0 : Number(NextToken);
  if (!Number.isInteger(from) || from < 0) throw invalid("Invalid NextToken.");
  const next = from + MaxResults;
  return {
    entries: all.slice(from, next),
    rest: next < all.length ? { NextToken: String(next) } : {},
  };
}
