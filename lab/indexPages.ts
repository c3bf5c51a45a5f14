/** Pages of lists whose token is the index to go on from: EventBridge Scheduler, Application Auto Scaling. */
import { constraint } from "./events/errors.ts";
import type { AwsError } from "./service.ts";

export interface PageRequest {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export interface Page<T> {
  readonly entries: T[];
  readonly rest: { readonly NextToken?: string };
}

/** `MaxResults` is 1 to `most`, and `most` where it is not given. Throws `badToken` for a token of no page. */
export function pagesOf(most: number, badToken: () => AwsError) {
  return <T>(all: readonly T[], { NextToken, MaxResults = most }: PageRequest): Page<T> => {
    if (!Number.isInteger(MaxResults) || MaxResults < 1 || MaxResults > most) {
      throw constraint(MaxResults, "maxResults", `Member must be between 1 and ${most}`);
    }
    const from = NextToken === undefined ? 0 : Number(NextToken);
    if (!Number.isInteger(from) || from < 0) throw badToken();
    const next = from + MaxResults;
    return {
      entries: all.slice(from, next),
      rest: next < all.length ? { NextToken: String(next) } : {},
    };
  };
}
