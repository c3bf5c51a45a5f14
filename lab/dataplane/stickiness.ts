/**
 * Stickiness inside a target group: the target a client is held on, and the cookies that hold it
 * there and on its group (ALB guide, sticky sessions).
 */
import type { Clock } from "../../base/clock.ts";
import { CookieName, cookieOf, stickyCookie, stickyCookies, stickyIdOf } from "./cookie.ts";
import type { Group } from "./group.ts";
import type { TargetStickiness } from "./model.ts";
import type { Target } from "./target.ts";

/** The load balancer's Set-Cookie values, given those of the target's response. */
export type CookieMaker = (fromTarget: readonly string[]) => readonly string[];

/** AWSALBAPP's own expiry, "7 days which is non-configurable". */
const APPLICATION_EXPIRY_MS = 7 * 86_400_000;

/** Application-based stickiness does not work with weighted target groups, so `alone` decides. */
export function targetStickiness(group: Group, alone: boolean): TargetStickiness | undefined {
  const { stickiness } = group.settings;
  return stickiness?.kind === "app_cookie" && !alone ? undefined : stickiness;
}

/** The target that the cookies name; undefined when it is not there or may not take traffic. */
export function heldTarget(
  group: Group,
  stickiness: TargetStickiness,
  cookieHeader: string | undefined,
  nowMs: number,
): Target | undefined {
  if (stickiness.kind === "lb_cookie") {
    const key = stickyIdOf(cookieHeader, CookieName.Target, nowMs);
    return key === undefined ? undefined : group.find(key);
  }
  // Both cookies are needed: the application's and the load balancer's beside it.
  if (cookieOf(cookieHeader, stickiness.cookieName) === undefined) return undefined;
  const key = stickyIdOf(cookieHeader, CookieName.Application, nowMs);
  return key === undefined ? undefined : group.find(key);
}

export interface StickyRequest {
  readonly group: Group;
  /** Nominal; undefined when the rule's groups are not sticky. */
  readonly groupMs: number | undefined;
  readonly target: Target;
  readonly stickiness: TargetStickiness | undefined;
  /** Whether a cookie chose the target. */
  readonly held: boolean;
  readonly nowMs: number;
}

export function cookieMaker(request: StickyRequest, clock: Clock): CookieMaker {
  const { group, groupMs, target, stickiness, held, nowMs } = request;
  return (fromTarget) => {
    const cookies: string[] = [];
    const add = (name: CookieName, id: string, durationMs: number): void => {
      const untilMs = nowMs + durationMs;
      cookies.push(...stickyCookies(name, id, untilMs, clock.toWall(untilMs)));
    };
    if (groupMs !== undefined) add(CookieName.Group, group.stickyId, groupMs);
    if (stickiness?.kind === "lb_cookie") add(CookieName.Target, target.key, stickiness.durationMs);
    if (stickiness?.kind === "app_cookie") {
      const { cookieName, durationMs } = stickiness;
      if (held || fromTarget.some((cookie) => cookie.startsWith(`${cookieName}=`))) {
        const expiresMs = clock.toWall(nowMs + APPLICATION_EXPIRY_MS);
        const untilMs = nowMs + durationMs;
        cookies.push(stickyCookie(CookieName.Application, target.key, untilMs, expiresMs));
      }
    }
    return cookies;
  };
}
