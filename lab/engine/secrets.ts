/** Where secrets stay marked: through checks, into outputs, out of what people are shown. */
import {
  hasSecret,
  isObject,
  isSecret,
  makeSecret,
  sameValue,
  UNKNOWN,
  unwrapSecret,
  type Properties,
  type Value,
} from "../resources/values.ts";

/** The checked inputs with the marks that the program's own inputs had. */
export function remark(program: Properties, checked: Properties): Properties {
  const marked: Properties = {};
  for (const [key, value] of Object.entries(checked)) {
    const given = program[key];
    if (given === undefined || !hasSecret(given)) marked[key] = value;
    else marked[key] = sameValue(unwrapSecret(given), value) ? given : makeSecret(value);
  }
  return marked;
}

/** Outputs are secret when the input of the same name is, or when the program asked for it. */
export function markOutputs(
  outputs: Properties,
  inputs: Properties,
  additional: readonly string[],
): Properties {
  const marked: Properties = {};
  for (const [key, value] of Object.entries(outputs)) {
    const secret = additional.includes(key) || hasSecret(inputs[key]);
    marked[key] = secret ? makeSecret(unwrapSecret(value)) : value;
  }
  return marked;
}

/** The values as a person may see them. */
export function shownProperties(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, shown(value)]));
}

function shown(value: Value): Value {
  if (isSecret(value)) return "[secret]";
  if (value === UNKNOWN) return "[unknown]";
  if (Array.isArray(value)) return value.map(shown);
  return isObject(value) ? shownProperties(value) : value;
}
