/** Puts what CloudWatch announces of its alarms onto the default bus. */
import { randomUUID } from "node:crypto";
import { configurationChangeEvent, eventBridgeEvent } from "../cloudwatch/payloads.ts";
import type { AlarmAnnouncements } from "../cloudwatch/ports.ts";
import type { Events } from "./events.ts";

export function alarmAnnouncements(events: Pick<Events, "accept">): AlarmAnnouncements {
  return {
    stateChanged: (event) => events.accept(eventBridgeEvent(event, randomUUID())),
    configurationChanged: (change) => events.accept(configurationChangeEvent(change, randomUUID())),
  };
}
