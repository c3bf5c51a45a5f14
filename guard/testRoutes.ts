/** How testers reach a slot whatever its weight: what they send and where, and its form as one tag. */
import type { Slot } from "./slot.ts";

/** Whether the listener that everybody uses knows the testers' routes too. */
export const PublicRoutes = {
  Off: "off",
  /** To whoever names a slot. */
  Open: "open",
  /** To whoever names a slot and the secret. */
  Secret: "secret",
} as const;
export type PublicRoutes = (typeof PublicRoutes)[keyof typeof PublicRoutes];

export interface TestRoutes {
  /** The request header whose value names a slot. */
  readonly header: string;
  /** The cookie that does the same, for browsers. */
  readonly cookie: string;
  readonly publicRoutes: PublicRoutes;
  /** Port of the listener that testers have for themselves; null without one. */
  readonly testPort: number | null;
}

export const DEFAULT_TEST_HEADER = "x-backout-slot";
export const DEFAULT_TEST_COOKIE = "backout-slot";

/** What header and cookie must say: `green`, or with a secret `green.SECRET`. */
export function routeValue(slot: Slot, secret?: string): string {
  return secret === undefined ? slot : `${slot}.${secret}`;
}

/**
 * In the characters that AWS allows in a tag's value (letters, digits, blanks and + - = . _ : / @).
 * The secret is not in it: tags are shown to everybody who may look.
 */
export function renderTestRoutes({ header, cookie, publicRoutes, testPort }: TestRoutes): string {
  const port = testPort === null ? "" : ` port=${testPort}`;
  return `header=${header} cookie=${cookie} public=${publicRoutes}${port}`;
}

/** A tag as `renderTestRoutes` wrote it; null for another text, or none. */
export function testRoutesOfTag(tag: string | undefined): TestRoutes | null {
  const said: Partial<Record<string, string>> = Object.fromEntries(
    (tag ?? "").split(" ").map((word) => word.split("=", 2)),
  );
  const { header, cookie, port } = said;
  const publicRoutes = Object.values(PublicRoutes).find((value) => value === said["public"]);
  if (!header || !cookie || !publicRoutes) return null;
  return { header, cookie, publicRoutes, testPort: port === undefined ? null : Number(port) };
}
