/** Puts what ECS announces onto EventBridge's default bus. */
import { randomUUID } from "node:crypto";
import { type BusEvent, makeEvent } from "../events/event.ts";
import type { EcsEvent } from "./announcements.ts";

export function ecsEvents(bus: { accept(event: BusEvent): void }): (event: EcsEvent) => void {
  return ({ timeMs, detailType, resources, detail }) =>
    bus.accept(
      makeEvent(randomUUID(), timeMs, {
        "detail-type": detailType,
        source: "aws.ecs",
        resources,
        detail,
      }),
    );
}
