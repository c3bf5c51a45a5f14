/** How large an item is, in bytes, by the developer guide's "Item sizes and formats". */
import { invalidParameter } from "./errors.ts";
import type { Item, Value } from "./values.ts";
import { mapRecord } from "./values.ts";

const LARGEST_ITEM_BYTES = 400 * 1024;

export function itemSize(item: Item): number {
  return total(Object.values(mapRecord(item, (value, name) => utf8(name) + valueSize(value))));
}

export function refuseLargeItem(item: Item): void {
  if (itemSize(item) > LARGEST_ITEM_BYTES) {
    throw invalidParameter("Item size has exceeded the maximum allowed size");
  }
}

function valueSize(value: Value): number {
  if ("S" in value) return utf8(value.S);
  if ("N" in value) return numberSize(value.N);
  if ("B" in value) return value.B.length;
  if ("SS" in value) return total(value.SS.map(utf8));
  if ("NS" in value) return total(value.NS.map(numberSize));
  if ("BS" in value) return total(value.BS.map((entry) => entry.length));
  // 3 bytes for the container and 1 for each member.
  if ("L" in value) return 3 + total(value.L.map((member) => 1 + valueSize(member)));
  if ("M" in value) return 3 + itemSize(value.M) + Object.keys(value.M).length;
  return 1;
}

/** About one byte for two significant digits, and one more. */
function numberSize(number: string): number {
  const significant = number.replace(/[-.]/g, "").replace(/^0+|0+$/g, "").length;
  return Math.ceil(significant / 2) + (number.startsWith("-") ? 2 : 1);
}

function utf8(text: string): number {
  return Buffer.byteLength(text);
}

function total(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}
