/** The lab's CloudWatch: metrics, alarms, mute rules and dashboards over one clock. */
import { every } from "../../base/clock.ts";
import type { Cancel } from "../../base/clock.ts";
import type { MetricPoint, MetricSink } from "../ports.ts";
import { ServiceName } from "../service.ts";
import type { LabCore, LabService, Operation } from "../service.ts";
import { ActionRunner } from "./alarms/actionRunner.ts";
import { AlarmBook } from "./alarms/book.ts";
import { AlarmEngine } from "./alarms/engine.ts";
import { AlarmHistory } from "./alarms/history.ts";
import type { AlarmRoom } from "./alarms/room.ts";
import type { Dashboard } from "./dashboards/operations.ts";
import { samplesOf } from "./metrics/samples.ts";
import { MetricStore } from "./metrics/store.ts";
import { MuteBook } from "./mutes/muteBook.ts";
import { operationsOf } from "./operations.ts";
import type { AlarmActions, AlarmAnnouncements, MuteDetail } from "./ports.ts";
import { resourcesOf } from "./resources.ts";
import { standardUnit } from "./validation.ts";

export interface CloudWatchSettings {
  /**
   * Nominal milliseconds until readers and alarms see what PutMetricData brought. AWS names no
   * figure.
   * @default 0
   */
  readonly customMetricDelayMs?: number;
}

export class CloudWatch implements LabService, MetricSink {
  readonly name = ServiceName.CloudWatch;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #room: AlarmRoom;
  readonly #timers: readonly Cancel[];

  /**
   * Alarms are evaluated from now on. `actions` performs what they call for; `announcements` hears
   * of every transition and of every change of an alarm's configuration.
   */
  constructor(
    { clock }: Pick<LabCore, "clock">,
    actions: AlarmActions,
    announcements?: AlarmAnnouncements,
    settings: CloudWatchSettings = {},
  ) {
    const store = new MetricStore();
    const book = new AlarmBook();
    const history = new AlarmHistory();
    const mutes = new MuteBook(clock, (alarmNames) => engine.unmuted(alarmNames));
    const mutedBy = (alarmName: string): MuteDetail | undefined => mutes.mutedBy(alarmName);
    const runner = new ActionRunner(clock, history, actions, mutedBy);
    const engine: AlarmEngine = new AlarmEngine({
      clock,
      book,
      history,
      store,
      runner,
      announcements,
      mutedBy,
    });
    const dashboards = new Map<string, Dashboard>();
    this.#room = { clock, store, book, history, engine, announcements, mutes, dashboards };
    this.operations = operationsOf(this.#room, settings.customMetricDelayMs ?? 0);
    // Deviation: AWS spreads its evaluations over the minute; the lab does all on the minute.
    this.#timers = [
      every(clock, 60_000, (atMs) => engine.evaluateAll("minute", atMs)),
      // AWS names 10 and 30 second periods here; 20 is taken to be alike.
      every(clock, 10_000, (atMs) => engine.evaluateAll("ten-seconds", atMs)),
    ];
  }

  /**
   * Takes in the metrics of the lab's own services, at one-minute resolution and under `AWS/`
   * names if need be. Points with `availableAtMs` are seen by nobody before.
   */
  publish(points: readonly MetricPoint[]): void {
    const { store, clock } = this.#room;
    const nowMs = clock.now();
    for (const point of points)
      store.publish(
        {
          metric: {
            namespace: point.namespace,
            metricName: point.metricName,
            dimensions: point.dimensions,
          },
          unit: standardUnit(point.unit ?? "None") ?? "None",
          timestampMs: point.timestampMs,
          samples: samplesOf(point.values, point.counts),
          resolutionSeconds: 60,
          availableAtMs: point.availableAtMs ?? nowMs,
        },
        nowMs,
      );
  }

  resourcesOf(operation: string, input: Record<string, unknown>): readonly string[] {
    return resourcesOf(operation, input);
  }

  /** Ends the evaluation of alarms and waits for the actions under way. */
  async stop(): Promise<void> {
    for (const cancel of this.#timers) cancel();
    this.#room.mutes.stop();
    await this.#room.engine.stop();
  }
}
