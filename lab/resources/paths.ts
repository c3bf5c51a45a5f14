/** Property paths as Pulumi writes them: `defaultActions[0].forward.targetGroups[*].weight`. */
import { isObject, isSecret, makeSecret, type Properties, type Value } from "./values.ts";

export type Path = readonly (string | number)[];

/** The parts of `text`, or undefined when it is not a path (as Pulumi's ParsePropertyPath). */
export function parsePath(text: string): Path | undefined {
  const path: (string | number)[] = [];
  const part = /\.?([^.[\]"]+)|\[(\d+)\]|\[\*\]|\.?\["((?:[^"\\]|\\.)*)"\]/y;
  while (part.lastIndex < text.length) {
    const at = part.lastIndex;
    const match = part.exec(text);
    if (!match || part.lastIndex === at) return undefined;
    if (match[2] !== undefined) path.push(Number(match[2]));
    else if (match[3] !== undefined) path.push(match[3].replace(/\\(.)/g, "$1"));
    else path.push(match[1] ?? "*");
  }
  return path.length === 0 ? undefined : path;
}

export function formatPath(path: Path): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/[.[\]"]/.test(part)) text += `[${JSON.stringify(part)}]`;
    else text += text === "" ? part : `.${part}`;
  }
  return text;
}

/** True when `pattern` names `path`, something inside it, or something around it. */
export function overlaps(pattern: Path, path: Path): boolean {
  const length = Math.min(pattern.length, path.length);
  for (let index = 0; index < length; index++) {
    if (pattern[index] !== "*" && pattern[index] !== path[index]) return false;
  }
  return true;
}

/**
 * Sets what `path` names in `news` to what it is in `olds`, as `ignoreChanges` asks; what is not in
 * `olds` is taken out. False when the path leads to an element that only one side has: Pulumi then
 * leaves `news` as it is and says so (PropertyPath.Reset in sdk/go/common/resource).
 */
export function resetPath(path: Path, olds: Properties, news: Properties): boolean {
  return reset(path, olds, news, false);
}

function reset(path: Path, old: Value | undefined, value: Value, oldSecret: boolean): boolean {
  if (isSecret(old)) return reset(path, old["value"], value, true);
  if (isSecret(value)) return reset(path, old, value["value"] ?? null, false);
  const [key, ...rest] = path;
  if (key === undefined) return false;
  const keep = (member: Value): Value => (oldSecret ? makeSecret(member) : member);
  if (key === "*") return resetEach(rest, old, value, keep, oldSecret);
  if (typeof key === "number") return resetIndex(key, rest, old, value, keep, oldSecret);

  if (rest.length === 0) {
    const member = isObject(old) ? old[key] : undefined;
    if (member === undefined) {
      if (isObject(value)) delete value[key];
      return true;
    }
    if (!isObject(value)) return false;
    value[key] = keep(member);
    return true;
  }
  if (!isObject(old) || !isObject(value)) return !isObject(old) && !isObject(value);
  const member = value[key];
  if (member === undefined) return old[key] === undefined;
  return reset(rest, old[key], member, oldSecret);
}

function resetIndex(
  index: number,
  rest: Path,
  old: Value | undefined,
  value: Value,
  keep: (member: Value) => Value,
  oldSecret: boolean,
): boolean {
  if (!Array.isArray(old) || !Array.isArray(value)) {
    return !Array.isArray(old) && !Array.isArray(value);
  }
  const missing = Number(index >= old.length) + Number(index >= value.length);
  if (missing > 0) return missing === 2 && rest.length === 0;
  if (rest.length > 0) return reset(rest, old[index], value[index], oldSecret);
  value[index] = keep(old[index]);
  return true;
}

function resetEach(
  rest: Path,
  old: Value | undefined,
  value: Value,
  keep: (member: Value) => Value,
  oldSecret: boolean,
): boolean {
  if (Array.isArray(value) && Array.isArray(old)) {
    const shared = Math.min(value.length, old.length);
    for (let index = 0; index < shared; index++) {
      if (rest.length === 0) value[index] = keep(old[index]);
      else if (!reset(rest, old[index], value[index], oldSecret)) return false;
    }
    return value.length === old.length;
  }
  if (!isObject(value) || !isObject(old)) return rest.length === 0 && typeof value === "object";
  for (const [key, member] of Object.entries(old)) {
    const target = value[key];
    if (rest.length === 0) value[key] = keep(member);
    else if (target === undefined || !reset(rest, member, target, oldSecret)) return false;
  }
  if (rest.length > 0) return true;
  for (const key of Object.keys(value)) if (old[key] === undefined) delete value[key];
  return true;
}
