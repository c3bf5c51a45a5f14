/** A table's items: partitions by hash of the partition key, each sorted by its sort key. */
import { createHash } from "node:crypto";

import type { KeySchema } from "./keys.ts";
import { keyAttributes, keyValue } from "./keys.ts";
import { itemSize } from "./size.ts";
import type { Item, Value } from "./values.ts";
import { canonical, compareValues } from "./values.ts";

interface Partition {
  /** Where a scan meets the partition: as on AWS, an order that tells nothing of the keys. */
  readonly order: string;
  readonly items: Item[];
}

export class Rows {
  readonly #schema: KeySchema;
  readonly #partitions = new Map<string, Partition>();

  constructor(schema: KeySchema) {
    this.#schema = schema;
  }

  get count(): number {
    return this.all().length;
  }

  get sizeBytes(): number {
    return this.all().reduce((sum, item) => sum + itemSize(item), 0);
  }

  get(key: Item): Item | undefined {
    const { partition, index, found } = this.#find(key);
    return found ? partition.items[index] : undefined;
  }

  /** Replaces the item with the same key. */
  put(item: Item): void {
    const { partition, index, found } = this.#find(item);
    partition.items.splice(index, found ? 1 : 0, item);
    this.#partitions.set(canonical(this.#hash(item)), partition);
  }

  delete(key: Item): void {
    const { partition, index, found } = this.#find(key);
    if (found) partition.items.splice(index, 1);
  }

  /** Sorted by the sort key. */
  partition(hash: Value): readonly Item[] {
    return this.#partitions.get(canonical(hash))?.items ?? [];
  }

  /** Every item, in the order of a scan. */
  all(): readonly Item[] {
    return [...this.#partitions.values()]
      .sort((a, b) => (a.order < b.order ? -1 : 1))
      .flatMap((partition) => partition.items);
  }

  /** The order of `all` between two keys, whether or not their items exist. */
  compareKeys(a: Item, b: Item): number {
    const [left, right] = [orderOf(this.#hash(a)), orderOf(this.#hash(b))];
    if (left !== right) return left < right ? -1 : 1;
    return this.#compareRanges(a, b);
  }

  keyOf(item: Item): Item {
    return Object.fromEntries(
      keyAttributes(this.#schema).map((attribute) => [attribute.name, keyValue(item, attribute)]),
    );
  }

  /** Where the key is, or would be put. */
  #find(key: Item): { partition: Partition; index: number; found: boolean } {
    const hash = this.#hash(key);
    const known = this.#partitions.get(canonical(hash));
    const partition = known ?? { order: orderOf(hash), items: [] };
    const { items } = partition;
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const item = items[middle];
      if (item && this.#compareRanges(item, key) < 0) low = middle + 1;
      else high = middle;
    }
    const at = items[low];
    return { partition, index: low, found: at !== undefined && this.#compareRanges(at, key) === 0 };
  }

  #compareRanges(a: Item, b: Item): number {
    const { range } = this.#schema;
    return range ? (compareValues(keyValue(a, range), keyValue(b, range)) ?? 0) : 0;
  }

  #hash(key: Item): Value {
    return keyValue(key, this.#schema.hash);
  }
}

function orderOf(hash: Value): string {
  return createHash("sha256").update(canonical(hash)).digest("hex");
}
