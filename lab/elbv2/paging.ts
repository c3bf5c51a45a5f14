/** Marker and PageSize as every Describe operation takes them. */
import { requireRange, validationError } from "./validation.ts";

/** AWS returns at most this many items when no PageSize is given. */
const LARGEST_PAGE = 400;

export interface PageInput {
  readonly Marker?: string | undefined;
  readonly PageSize?: number | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: { readonly NextMarker?: string };
}

/** The marker is the key of the last item given out, so that changes in between lose nothing. */
export function page<T>(
  items: readonly T[],
  input: PageInput,
  keyOf: (item: T) => string,
): Page<T> {
  const size = input.PageSize ?? LARGEST_PAGE;
  requireRange("pageSize", size, 1, LARGEST_PAGE);
  let start = 0;
  if (input.Marker) {
    const last = Buffer.from(input.Marker, "base64url").toString();
    start = items.findIndex((item) => keyOf(item) === last) + 1;
    if (start === 0) throw validationError(`The marker '${input.Marker}' is not valid`);
  }
  const shown = items.slice(start, start + size);
  const last = shown.at(-1);
  return last !== undefined && start + size < items.length
    ? { items: shown, next: { NextMarker: Buffer.from(keyOf(last)).toString("base64url") } }
    : { items: shown, next: {} };
}
