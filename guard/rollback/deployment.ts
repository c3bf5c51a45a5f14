/** How far a release is on its way into a slot: a pure function of what ECS and ELBv2 show. */
import type { SlotService } from "../slotServices.ts";
import type { Rollback } from "./intent.ts";

export type Progress =
  | { readonly state: "not-begun" }
  | { readonly state: "waiting"; readonly why: string }
  | { readonly state: "ready" }
  /** ECS gave up. */
  | { readonly state: "failed"; readonly why: string };

/**
 * @param begun whether this process has asked for the deployment already
 * @param healthy targets of the slot, by the load balancer's health checks
 */
export function progressOf(
  service: SlotService,
  healthy: number,
  { slot, release, taskDefinition }: Pick<Rollback, "slot" | "release" | "taskDefinition">,
  begun: boolean,
): Progress {
  if (service.taskDefinition !== taskDefinition || service.release !== release) {
    if (!begun) return { state: "not-begun" };
    // DescribeServices may be older than the update.
    return waiting(`slot ${slot} shows ${service.release ?? "another release"} so far`);
  }
  const { deployments, desired } = service;
  // A count of 0 is ready at once, and answers nothing.
  if (desired === 0) return begun ? waiting("no task is wanted") : { state: "not-begun" };
  const primary = deployments[0];
  if (primary?.state === "FAILED")
    return { state: "failed", why: "ECS calls the deployment FAILED" };
  const running = primary?.running ?? 0;
  if (running < desired) return waiting(`${running} of ${desired} tasks run`);
  if (deployments.length > 1) return waiting("the tasks of the release before are stopping");
  if (primary?.state !== "COMPLETED") return waiting("ECS has not called the deployment complete");
  if (healthy < desired) return waiting(`${healthy} of ${desired} targets are healthy`);
  return { state: "ready" };
}

function waiting(why: string): Progress {
  return { state: "waiting", why };
}
