/** The lab's CloudWatch: metrics and alarms, and the table of its operations. */
import type {
  DeleteAlarmsInput,
  DescribeAlarmHistoryInput,
  DescribeAlarmsInput,
  DisableAlarmActionsInput,
  EnableAlarmActionsInput,
  GetMetricDataInput,
  GetMetricStatisticsInput,
  ListMetricsInput,
  ListTagsForResourceInput,
  PutCompositeAlarmInput,
  PutMetricAlarmInput,
  PutMetricDataInput,
  SetAlarmStateInput,
  TagResourceInput,
  UntagResourceInput,
} from "@aws-sdk/client-cloudwatch";
import { every } from "../../base/clock.ts";
import type { Cancel } from "../../base/clock.ts";
import type { MetricPoint, MetricSink } from "../ports.ts";
import { ServiceName } from "../service.ts";
import type { LabCore, LabService, Operation } from "../service.ts";
import { alarmArn } from "./alarms/alarm.ts";
import { deleteAlarms, setActionsEnabled, setAlarmState } from "./alarms/change.ts";
import { AlarmBook } from "./alarms/book.ts";
import { describeAlarms } from "./alarms/describe.ts";
import { AlarmEngine } from "./alarms/engine.ts";
import { AlarmHistory } from "./alarms/history.ts";
import { putCompositeAlarm, putMetricAlarm } from "./alarms/put.ts";
import type { AlarmRoom } from "./alarms/room.ts";
import { listTagsForResource, tagResource, untagResource } from "./alarms/tags.ts";
import { getMetricData } from "./metrics/data.ts";
import { listMetrics } from "./metrics/list.ts";
import { measurementsOf } from "./metrics/put.ts";
import { samplesOf } from "./metrics/samples.ts";
import { getMetricStatistics } from "./metrics/statistics.ts";
import { MetricStore } from "./metrics/store.ts";
import type { AlarmActions } from "./ports.ts";
import { standardUnit } from "./validation.ts";

export class CloudWatch implements LabService, MetricSink {
  readonly name = ServiceName.CloudWatch;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #room: AlarmRoom;
  readonly #timers: readonly Cancel[];

  /** Alarms are evaluated from now on. `actions` performs what they call for. */
  constructor({ clock }: Pick<LabCore, "clock">, actions: AlarmActions) {
    const store = new MetricStore();
    const book = new AlarmBook();
    const history = new AlarmHistory();
    const engine = new AlarmEngine(clock, book, history, store, actions);
    this.#room = { clock, store, book, history, engine };
    this.operations = operationsOf(this.#room);
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
    const names = strings(input["AlarmNames"]);
    switch (operation) {
      case "PutMetricAlarm":
      case "PutCompositeAlarm":
      case "SetAlarmState":
        return [alarmArn(String(input["AlarmName"]))];
      case "DeleteAlarms":
      case "EnableAlarmActions":
      case "DisableAlarmActions":
        return names.map(alarmArn);
      case "TagResource":
      case "UntagResource":
      case "ListTagsForResource":
        return [String(input["ResourceARN"])];
      case "DescribeAlarms":
      case "DescribeAlarmHistory": {
        const types = strings(input["AlarmTypes"]);
        const asked = typeof input["AlarmName"] === "string" ? [input["AlarmName"]] : names;
        // "You can't return information about composite alarms if your permission has a narrower
        // scope" than *.
        return types.includes("CompositeAlarm") || asked.length === 0 ? ["*"] : asked.map(alarmArn);
      }
      default:
        return ["*"];
    }
  }

  /** Ends the evaluation of alarms and waits for the actions under way. */
  async stop(): Promise<void> {
    for (const cancel of this.#timers) cancel();
    await this.#room.engine.settled();
  }
}

/** A read first lets in what has become available. */
function operationsOf(room: AlarmRoom): Readonly<Record<string, Operation>> {
  const { clock, store, history } = room;
  const read = (operation: Operation): Operation => {
    return (input, call) => {
      store.settle(clock.now());
      return operation(input, call);
    };
  };
  return {
    PutMetricData: write((input: PutMetricDataInput) => {
      const nowMs = clock.now();
      for (const measurement of measurementsOf(input, nowMs)) store.publish(measurement, nowMs);
    }),
    GetMetricStatistics: read((input: GetMetricStatisticsInput) =>
      getMetricStatistics(input, store),
    ),
    GetMetricData: read((input: GetMetricDataInput) => getMetricData(input, store)),
    ListMetrics: read((input: ListMetricsInput) => listMetrics(input, store, clock.now())),
    PutMetricAlarm: write((input: PutMetricAlarmInput) => putMetricAlarm(room, input)),
    PutCompositeAlarm: write((input: PutCompositeAlarmInput) => putCompositeAlarm(room, input)),
    DescribeAlarms: (input: DescribeAlarmsInput) => describeAlarms(room, input),
    DescribeAlarmHistory: (input: DescribeAlarmHistoryInput) => history.describe(input),
    DeleteAlarms: write((input: DeleteAlarmsInput) => deleteAlarms(room, input)),
    SetAlarmState: write((input: SetAlarmStateInput) => setAlarmState(room, input)),
    EnableAlarmActions: write((input: EnableAlarmActionsInput) =>
      setActionsEnabled(room, input, true),
    ),
    DisableAlarmActions: write((input: DisableAlarmActionsInput) =>
      setActionsEnabled(room, input, false),
    ),
    TagResource: write((input: TagResourceInput) => tagResource(room, input)),
    UntagResource: write((input: UntagResourceInput) => untagResource(room, input)),
    ListTagsForResource: (input: ListTagsForResourceInput) => listTagsForResource(room, input),
  };
}

/** An operation with an empty answer. */
// oxlint-disable-next-line typescript/no-explicit-any -- each handler names the SDK's own type.
function write(operation: (input: any) => void): Operation {
  return (input) => {
    operation(input);
    return {};
  };
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
