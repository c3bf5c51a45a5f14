/**
 * The load balancer's stickiness cookies. AWS's values are encrypted; ours are only encoded: what
 * is stuck to, and the nominal time until which it holds. Every response renews them.
 */

/** What a cookie sticks to: its target group, its target, its target while an application says so. */
export const CookieName = {
  Group: "AWSALBTG",
  Target: "AWSALB",
  Application: "AWSALBAPP",
} as const;
export type CookieName = (typeof CookieName)[keyof typeof CookieName];

/** The second cookie, for requests of other origins: the same value, and SameSite. */
const CORS = "CORS";

/** The Set-Cookie value; `expires` is the wall time at which the client may forget it. */
export function stickyCookie(
  name: string,
  id: string,
  untilNominalMs: number,
  expiresWallMs: number,
): string {
  const value = Buffer.from(`${untilNominalMs} ${id}`).toString("base64url");
  // `Expires`, not `Max-Age` (ALB guide, sticky sessions).
  return `${name}=${value}; Expires=${new Date(expiresWallMs).toUTCString()}; Path=/`;
}

/** Both Set-Cookie values of a cookie that also serves other origins. */
export function stickyCookies(
  name: CookieName,
  id: string,
  untilNominalMs: number,
  untilWallMs: number,
): readonly string[] {
  return [
    stickyCookie(name, id, untilNominalMs, untilWallMs),
    `${stickyCookie(name + CORS, id, untilNominalMs, untilWallMs)}; SameSite=None`,
  ];
}

/** What a request's Cookie header sticks to by `name`, unless that has expired or is not ours. */
export function stickyIdOf(
  header: string | undefined,
  name: CookieName,
  nowMs: number,
): string | undefined {
  const value = cookieOf(header, name) ?? cookieOf(header, name + CORS);
  if (value === undefined) return undefined;
  const text = Buffer.from(value, "base64url").toString("latin1");
  const at = text.indexOf(" ");
  return at > 0 && Number(text.slice(0, at)) > nowMs ? text.slice(at + 1) : undefined;
}

/** The value of one cookie of a Cookie header. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  if (header === undefined || !header.includes(name)) return undefined;
  for (const part of header.split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}
