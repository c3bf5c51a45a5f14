/** What a rule's action means for one request: the target that gets it, or an own response. */
import type { Clock } from "../../base/clock.ts";
import type { Balancer } from "./balancer.ts";
import { chooseGroup } from "./choose.ts";
import { CookieName, stickyIdOf } from "./cookie.ts";
import type { ExchangeContext } from "./exchange.ts";
import type { Group } from "./group.ts";
import type { Action, ListenerSettings } from "./model.ts";
import type { RequestHead } from "./network.ts";
import { errorResponse, type OwnResponse, redirectResponse } from "./respond.ts";
import { cookieMaker, heldTarget, targetStickiness } from "./stickiness.ts";

/** The listener that a request came to. */
export interface ListenerPlace {
  readonly balancer: Balancer;
  readonly settings: ListenerSettings;
  readonly context: { readonly clock: Clock; readonly random: () => number };
}

/** Undefined when no target can be chosen: 503. */
export function chooseTarget(
  req: RequestHead,
  { shares, stickyMs }: Extract<Action<Group>, { type: "forward" }>,
  { balancer, settings, context }: ListenerPlace,
): ExchangeContext | undefined {
  const { clock, random } = context;
  const nowMs = clock.now();
  const stickyId =
    stickyMs === undefined ? undefined : stickyIdOf(req.headers.cookie, CookieName.Group, nowMs);
  const group = chooseGroup(shares, stickyId, random());
  if (group === undefined) return undefined;
  const stickiness = targetStickiness(group, shares.length === 1);
  const held = stickiness && heldTarget(group, stickiness, req.headers.cookie, nowMs);
  const target = held ?? group.pick();
  if (target === undefined) return undefined;
  if (stickiness && !held) balancer.book.current().nonSticky += 1;
  const cookies =
    stickiness || stickyMs !== undefined
      ? cookieMaker(
          { group, groupMs: stickyMs, target, stickiness, held: held !== undefined, nowMs },
          clock,
        )
      : undefined;
  return { balancer, listener: settings, group, target, cookies, nowMs };
}

/** The response of an action that reaches no target. */
export function ownAnswer(
  req: RequestHead,
  action: Action<Group>,
  { balancer, settings }: ListenerPlace,
): OwnResponse {
  switch (action.type) {
    case "forward":
      return errorResponse(503);
    case "fixed-response":
      balancer.book.current().fixedResponses += 1;
      return action;
    default:
      balancer.book.current().redirects += 1;
      return redirectResponse(action, req, settings.port);
  }
}
