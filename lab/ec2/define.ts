/** What every EC2 operation shares: refusing unknown parameters, dry runs, pages. */
import type { Call, Operation } from "../service.ts";
import { notImplemented, refuseUnsupported } from "../supported.ts";
import { ec2Error } from "./errors.ts";

/** An operation that takes the parameters in `supported` and no others. */
export function define(
  name: string,
  supported: readonly string[],
  handle: Operation,
): Record<string, Operation> {
  return {
    [name]: (input: { readonly DryRun?: boolean }, call: Call) => {
      refuseUnsupported(name, input, [...supported, "DryRun"]);
      if (input.DryRun === true) throw notImplemented(name, "dry runs");
      return handle(input, call);
    },
  };
}

/** Everything at once unless MaxResults says otherwise; the token is the index to go on from. */
export function page<T>(
  all: readonly T[],
  request: { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined },
): { readonly entries: T[]; readonly rest: { NextToken?: string } } {
  const size = request.MaxResults ?? all.length;
  if (request.MaxResults !== undefined && (size < 5 || size > 1000)) {
    throw ec2Error(
      "InvalidParameterValue",
      `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.`,
    );
  }
  const from = request.NextToken === undefined ? 0 : Number(request.NextToken);
  if (!Number.isInteger(from) || from < 0) {
    throw ec2Error("InvalidNextToken", `The token '${request.NextToken}' is invalid`);
  }
  const next = from + size;
  return {
    entries: all.slice(from, next),
    rest: next < all.length ? { NextToken: String(next) } : {},
  };
}
