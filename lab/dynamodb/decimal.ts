/**
 * DynamoDB's numbers: decimal, exact, up to 38 significant digits, magnitudes from 1E-130 to just
 * under 1E+126 (developer guide, "Supported data types").
 */
import { validation } from "./errors.ts";

/** `coefficient * 10^exponent`; zero has exponent 0, other coefficients do not end in 0. */
export interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

const MOST_DIGITS = 38;

/** Throws ValidationException for text that is no number, or one DynamoDB cannot hold. */
export function parseDecimal(text: string): Decimal {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match ?? [];
  if (!match || whole + fraction === "") {
    throw validation(
      text === ""
        ? "The parameter cannot be converted to a numeric value"
        : `The parameter cannot be converted to a numeric value: ${text}`,
    );
  }
  const digits = BigInt(whole + fraction);
  return normal(sign === "-" ? -digits : digits, Number(exponent) - fraction.length);
}

export function add(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = scaled(a, exponent) + scaled(b, exponent);
  return normal(sum, exponent);
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, { coefficient: -b.coefficient, exponent: b.exponent });
}

/** Negative, zero or positive, as for `sort`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const exponent = Math.min(a.exponent, b.exponent);
  const left = scaled(a, exponent);
  const right = scaled(b, exponent);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Plain digits, never an exponent: one text for one number. */
export function formatDecimal({ coefficient, exponent }: Decimal): string {
  const sign = coefficient < 0n ? "-" : "";
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString();
  if (exponent >= 0) return `${sign}${digits}${"0".repeat(exponent)}`;
  const padded = digits.padStart(1 - exponent, "0");
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

function scaled({ coefficient, exponent }: Decimal, to: number): bigint {
  return coefficient * 10n ** BigInt(exponent - to);
}

function normal(coefficient: bigint, exponent: number): Decimal {
  if (coefficient === 0n) return { coefficient, exponent: 0 };
  const negative = coefficient < 0n;
  const digits = (negative ? -coefficient : coefficient).toString();
  const significant = digits.replace(/0+$/, "");
  // The power of ten of the leading digit.
  const magnitude = exponent + digits.length - 1;
  if (magnitude > 125) throw outOfRange("Number overflow", "larger");
  if (magnitude < -130) throw outOfRange("Number underflow", "smaller");
  if (significant.length > MOST_DIGITS) {
    throw validation("Attempting to store more than 38 significant digits in a Number");
  }
  const value = BigInt(significant);
  return {
    coefficient: negative ? -value : value,
    exponent: exponent + digits.length - significant.length,
  };
}

function outOfRange(what: string, than: string): Error {
  return validation(
    `${what}. Attempting to store a number with magnitude ${than} than supported range`,
  );
}
