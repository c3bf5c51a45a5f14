/** Policy variables: `${aws:PrincipalTag/team, 'none'}` in a resource or a condition's value. */
import type { Context } from "./conditions.ts";
import { valuesOf } from "./conditions.ts";

const VARIABLE = /\$\{([^}]*)\}/g;
const WITH_DEFAULT = /^\s*([^,\s]+)\s*(?:,\s*'([^']*)'\s*)?$/;

/**
 * `text` with its variables replaced; undefined when one has no single value here. What AWS makes of
 * that is vague ("might cause the entire statement to be invalid"), so that it must not grant.
 *
 * A value with a wildcard in it counts as none: it would have to match itself alone.
 */
export function expand(text: string, context: Context): string | undefined {
  let known = true;
  const expanded = text.replaceAll(VARIABLE, (_whole, inside: string) => {
    // "${$}" is how a policy writes a dollar; "${*}" and "${?}" write the characters themselves.
    if (inside === "$") return "$";
    const value = valueOf(inside, context);
    if (value === undefined || /[*?]/.test(value)) known = false;
    return value ?? "";
  });
  return known ? expanded : undefined;
}

function valueOf(inside: string, context: Context): string | undefined {
  const [, key = "", fallback] = WITH_DEFAULT.exec(inside) ?? [];
  const values = valuesOf(context, key.toLowerCase());
  if (values?.length === 0) return fallback;
  return values?.length === 1 ? values[0] : undefined;
}
