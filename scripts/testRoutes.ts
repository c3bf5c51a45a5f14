/** How testers reach the slots of an environment, for people and as data. */
import type { LocatedEnvironment } from "../guard/environment.ts";
import type { EnvironmentRecord } from "../guard/record.ts";
import { currentStep } from "../guard/rollout/rollout.ts";
import { otherSlot, type Slot, SLOTS } from "../guard/slot.ts";
import { PublicRoutes, routeValue } from "../guard/testRoutes.ts";
import type { Target } from "./target.ts";

/** One listener's way to one slot; as header and as cookie it says the same. */
export interface TestRoute {
  readonly slot: Slot;
  readonly url: string;
  readonly header: { readonly name: string; readonly value: string };
  readonly cookie: { readonly name: string; readonly value: string };
  /** `SECRET` in the values stands for the stack's backout:testSecret, which is not shown. */
  readonly needsSecret: boolean;
}

/** First the testers' own listener, then the public one, as far as they have routes. */
export async function testRoutesOf(
  target: Pick<Target, "urlOf">,
  environment: Pick<
    LocatedEnvironment,
    "dnsName" | "listenerArn" | "listenerPort" | "testListener" | "testRoutes"
  >,
): Promise<TestRoute[]> {
  const { testRoutes, testListener, dnsName } = environment;
  if (!testRoutes) return [];
  const { header, cookie, publicRoutes } = testRoutes;
  const routes = (url: string, secret: string | undefined): TestRoute[] =>
    SLOTS.map((slot) => {
      const value = routeValue(slot, secret);
      return {
        slot,
        url,
        header: { name: header, value },
        cookie: { name: cookie, value },
        needsSecret: secret !== undefined,
      };
    });
  const own = testListener ? await target.urlOf({ dnsName, ...testListener }) : null;
  const open = publicRoutes === PublicRoutes.Off ? null : await target.urlOf(environment);
  return [
    ...(own === null ? [] : routes(own, undefined)),
    ...(open === null
      ? []
      : routes(open, publicRoutes === PublicRoutes.Secret ? "SECRET" : undefined)),
  ];
}

/** The slot that testers want: the candidate, or where there is none the one that is not stable. */
function testedSlot({ stable, candidate }: EnvironmentRecord): Slot {
  return candidate ?? otherSlot(stable);
}

/**
 * A line for each listener that leads to the candidate, or to the idle slot; none where no listener
 * does, unless the candidate waits at weight 0 for somebody to try it.
 */
export function renderTestRoutes(
  routes: readonly TestRoute[],
  record: EnvironmentRecord,
): string[] {
  const tested = testedSlot(record);
  const { rollout } = record;
  if (routes.length === 0) {
    if (!rollout || currentStep(rollout).weight > 0) return [];
    return [
      `  testers   nobody reaches slot ${tested} at 0 %: a listener for testers (set ` +
        "backout:testListenerPort and backout:testAllowedCidrs) leads there",
    ];
  }
  const role = record.candidate === null ? "idle" : "the candidate";
  return routes
    .filter(({ slot }) => slot === tested)
    .map(({ slot, url, header, cookie, needsSecret }) => {
      const secret = needsSecret ? "; SECRET is the stack's backout:testSecret" : "";
      return (
        `  testers   slot ${slot} (${role}) at ${url} with the header "${header.name}: ` +
        `${header.value}" or the cookie "${cookie.name}=${cookie.value}"${secret}`
      );
    });
}
