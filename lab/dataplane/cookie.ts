/**
 * The cookie of target group stickiness. AWS's value is encrypted; ours is only encoded: the group
 * and the nominal time until which it holds. Every response of a sticky rule renews it.
 */
const NAMES = ["AWSALBTG", "AWSALBTGCORS"] as const;

/** The two Set-Cookie values; `expires` is the wall time at which the nominal end falls. */
export function stickyCookies(
  stickyId: string,
  untilNominalMs: number,
  untilWallMs: number,
): readonly string[] {
  const value = Buffer.from(`${stickyId}.${untilNominalMs}`).toString("base64url");
  const expires = new Date(untilWallMs).toUTCString();
  const tail = `${value}; Expires=${expires}; Path=/`;
  return [`${NAMES[0]}=${tail}`, `${NAMES[1]}=${tail}; SameSite=None`];
}

/** The group that a request's Cookie header names, unless it has expired or is not ours. */
export function stickyIdOf(header: string | undefined, nowMs: number): string | undefined {
  if (header === undefined || !header.includes("AWSALBTG")) return undefined;
  for (const part of header.split(";")) {
    const at = part.indexOf("=");
    if (at < 0 || !NAMES.some((name) => name === part.slice(0, at).trim())) continue;
    const text = Buffer.from(part.slice(at + 1).trim(), "base64url").toString("latin1");
    const [id, until] = text.split(".");
    if (id && Number(until) > nowMs) return id;
  }
  return undefined;
}
