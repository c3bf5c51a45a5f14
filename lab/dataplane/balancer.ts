/** A load balancer at work: what its listeners share. */
import type { Clock } from "../../base/clock.ts";
import { ClientConnections } from "./connections.ts";
import type { Group } from "./group.ts";
import { MinuteBook } from "./minutes.ts";
import type { BalancerSettings } from "./model.ts";
import type { SocketTraffic } from "./points.ts";

export class Balancer {
  settings: BalancerSettings;
  readonly book: MinuteBook;
  readonly connections = new ClientConnections();

  constructor(settings: BalancerSettings, clock: Clock) {
    this.settings = settings;
    this.book = new MinuteBook(clock);
  }

  /** What its sockets and those of `groups` did since the last call. */
  takeTraffic(groups: Iterable<Group>): SocketTraffic {
    const { bytes, opened, open } = this.connections.take();
    let newConnections = opened;
    let activeConnections = open;
    for (const group of groups) {
      const toTargets = group.takeConnections();
      newConnections += toTargets.opened;
      activeConnections += toTargets.open;
    }
    return { bytes, newConnections, activeConnections };
  }
}
