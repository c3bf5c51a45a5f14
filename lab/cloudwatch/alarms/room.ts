/** What the operations on alarms, mute rules and dashboards work on. */
import type { Clock } from "../../../base/clock.ts";
import type { Dashboard } from "../dashboards/operations.ts";
import type { MetricStore } from "../metrics/store.ts";
import type { MuteBook } from "../mutes/muteBook.ts";
import type { AlarmAnnouncements, StateValue } from "../ports.ts";
import type { AlarmBook } from "./book.ts";
import type { AlarmEngine } from "./engine.ts";
import type { AlarmHistory } from "./history.ts";

export interface AlarmRoom {
  readonly clock: Clock;
  readonly store: MetricStore;
  readonly book: AlarmBook;
  readonly history: AlarmHistory;
  readonly engine: AlarmEngine;
  readonly announcements: AlarmAnnouncements | undefined;
  readonly mutes: MuteBook;
  /** By name. */
  readonly dashboards: Map<string, Dashboard>;
}

export const STATES: readonly StateValue[] = ["OK", "ALARM", "INSUFFICIENT_DATA"];
/** Names that one call may list. */
export const MOST_NAMES = 100;
