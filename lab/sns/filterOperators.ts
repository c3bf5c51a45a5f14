/** What the operators of filter policies accept: prefix, suffix, numeric ranges and so on. */
import { BlockList, isIP } from "node:net";
import { invalidParameter } from "./topics.ts";

export type Scalar = string | number | boolean | null;

export type Accepts = (value: Scalar) => boolean;

/** Throws InvalidParameter for an operator that SNS does not have, or not with that operand. */
export function parseOperator(operator: string, operand: unknown): Accepts {
  switch (operator) {
    case "prefix": {
      const wanted = textOf(operator, operand);
      return (value) => typeof value === "string" && value.startsWith(wanted);
    }
    case "suffix": {
      const wanted = textOf(operator, operand);
      return (value) => typeof value === "string" && value.endsWith(wanted);
    }
    case "equals-ignore-case": {
      const wanted = textOf(operator, operand).toLowerCase();
      return (value) => typeof value === "string" && value.toLowerCase() === wanted;
    }
    case "cidr":
      return parseCidr(textOf(operator, operand));
    case "numeric":
      return parseNumeric(operand);
    case "anything-but":
      return parseAnythingBut(operand);
    default:
      throw refused(`Unrecognized match type ${operator}`);
  }
}

function parseAnythingBut(operand: unknown): Accepts {
  if (isRecord(operand)) {
    const [[operator, inner] = [], ...more] = Object.entries(operand);
    if (operator !== "prefix" || more.length > 0) {
      throw refused(`Unsupported anything-but pattern: ${operator ?? ""}`);
    }
    const wanted = textOf(operator, inner);
    return (value) => typeof value === "string" && !value.startsWith(wanted);
  }
  const listed: unknown[] = Array.isArray(operand) ? operand : [operand];
  if (listed.length === 0) throw refused("Empty arrays are not allowed");
  if (!listed.every(isScalar)) throw refused("Inside anything but list, only scalars are allowed");
  return (value) => !listed.includes(value);
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  "=": (value, bound) => value === bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
};

/** `["=", 301.5]`, `["<", 0]`, `[">", 0, "<=", 150]`: the lower bound first. */
function parseNumeric(operand: unknown): Accepts {
  if (!Array.isArray(operand)) throw refused("Value of numeric must be an array.");
  if (operand.length !== 2 && operand.length !== 4) {
    throw refused("Invalid member in numeric match: expected an operator and a number, or two");
  }
  const pairs = [operand.slice(0, 2), operand.slice(2)].filter((pair) => pair.length > 0);
  const bounds = pairs.map(([operator, bound]: unknown[]) => {
    const compare = typeof operator === "string" ? COMPARISONS[operator] : undefined;
    if (!compare) throw refused(`Unrecognized numeric range operator: ${String(operator)}`);
    if (typeof bound !== "number") {
      throw refused(`Value of ${String(operator)} must be numeric`);
    }
    return { operator: String(operator), compare, bound };
  });
  const [first, second] = bounds;
  if (first && second) {
    const ordered = first.operator.startsWith(">") && second.operator.startsWith("<");
    if (!ordered || first.bound >= second.bound) throw refused("Bottom must be less than top");
  }
  return (value) =>
    typeof value === "number" && bounds.every(({ compare, bound }) => compare(value, bound));
}

function parseCidr(text: string): Accepts {
  const [address = "", prefix = ""] = text.split("/");
  const version = isIP(address);
  const bits = Number(prefix);
  if (version === 0 || !/^\d+$/.test(prefix) || bits > (version === 4 ? 32 : 128)) {
    throw refused("Malformed CIDR, one '/' required");
  }
  const network = new BlockList();
  network.addSubnet(address, bits, version === 4 ? "ipv4" : "ipv6");
  return (value) => {
    const family = typeof value === "string" ? isIP(value) : 0;
    return family === version && network.check(String(value), family === 4 ? "ipv4" : "ipv6");
  };
}

function textOf(operator: string, operand: unknown): string {
  if (typeof operand === "string") return operand;
  throw refused(`${operator} match pattern must be a string`);
}

export function isScalar(value: unknown): value is Scalar {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function refused(reason: string): Error {
  return invalidParameter(`FilterPolicy: ${reason}`);
}
