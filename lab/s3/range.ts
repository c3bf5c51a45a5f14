/** `Range: bytes=…`: one range; S3 takes no more in one request. */
import { AwsError } from "../service.ts";

export interface Part {
  /** Inclusive. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** Undefined for the whole: no range, or one that is not understood, which S3 ignores. */
export function rangeOf(text: string | undefined, length: number): Part | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(text ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  if (first === "") return satisfiable(Math.max(0, length - Number(last)), length, length);
  const to = last === "" ? length : Math.min(length, Number(last) + 1);
  if (last !== "" && Number(last) < Number(first)) return undefined;
  return satisfiable(Number(first), to, length);
}

function satisfiable(from: number, to: number, length: number): Part {
  if (from < length) return { from, to };
  throw new AwsError("InvalidRange", "The requested range is not satisfiable", 416);
}
