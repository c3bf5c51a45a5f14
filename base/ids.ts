/** Identifiers: sortable for things that are listed by age, hexadecimal where AWS uses hex. */
import { randomBytes } from "node:crypto";

/** `20260314T092653Z-4f9a1c`: sorts by time, unique within it. */
export function sortableId(atMs: number): string {
  const stamp = new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, "");
  return `${stamp}-${hexId(6)}`;
}

/** `length` random hexadecimal digits. */
export function hexId(length: number): string {
  return randomBytes(Math.ceil(length / 2))
    .toString("hex")
    .slice(0, length);
}
