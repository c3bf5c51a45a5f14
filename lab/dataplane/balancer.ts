/** A load balancer at work: what its listeners share. */
import type { Clock } from "../../base/clock.ts";
import { MinuteBook } from "./minutes.ts";
import type { BalancerSettings } from "./model.ts";

export class Balancer {
  settings: BalancerSettings;
  readonly book: MinuteBook;

  constructor(settings: BalancerSettings, clock: Clock) {
    this.settings = settings;
    this.book = new MinuteBook(clock);
  }
}
