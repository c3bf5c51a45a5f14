/** A service's events: the newest first, the last hundred, as DescribeServices shows them. */
import { randomUUID } from "node:crypto";
import type { ServiceRecord } from "./store.ts";

const MAX_EVENTS = 100;

export function addEvent(service: ServiceRecord, atMs: number, message: string): void {
  const event = {
    id: randomUUID(),
    createdAt: new Date(atMs),
    message: `(service ${service.name}) ${message}`,
  };
  service.events = [event, ...service.events].slice(0, MAX_EVENTS);
}
