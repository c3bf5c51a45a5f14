/** Collects what is wrong with a set of arguments, so that all of it is told at once. */
import type { Problem } from "../base/errors.ts";

export interface Checks {
  readonly problems: Problem[];
  readonly check: (
    ok: boolean,
    field: string,
    value: unknown,
    allowed: string,
    fix?: string,
  ) => void;
  /** Undefined is fine: a default stands in for it. */
  readonly integer: (field: string, value: number | undefined, min: number, max: number) => void;
}

export function checks(): Checks {
  const problems: Problem[] = [];
  const check: Checks["check"] = (ok, field, value, allowed, fix) => {
    if (!ok) problems.push({ field, value, allowed, ...(fix === undefined ? {} : { fix }) });
  };
  return {
    problems,
    check,
    integer: (field, value, min, max) =>
      check(
        value === undefined || (Number.isInteger(value) && value >= min && value <= max),
        field,
        value,
        `an integer from ${min} to ${max}`,
      ),
  };
}
