/** The table of CloudWatch's operations. */
import type {
  DeleteAlarmMuteRuleInput,
  DeleteAlarmsInput,
  DeleteDashboardsInput,
  DescribeAlarmHistoryInput,
  DescribeAlarmsForMetricInput,
  DescribeAlarmsInput,
  DisableAlarmActionsInput,
  EnableAlarmActionsInput,
  GetAlarmMuteRuleInput,
  GetDashboardInput,
  GetMetricDataInput,
  GetMetricStatisticsInput,
  ListAlarmMuteRulesInput,
  ListDashboardsInput,
  ListMetricsInput,
  ListTagsForResourceInput,
  PutAlarmMuteRuleInput,
  PutCompositeAlarmInput,
  PutDashboardInput,
  PutMetricAlarmInput,
  PutMetricDataInput,
  SetAlarmStateInput,
  TagResourceInput,
  UntagResourceInput,
} from "@aws-sdk/client-cloudwatch";
import type { Operation } from "../service.ts";
import { deleteAlarms, setActionsEnabled, setAlarmState } from "./alarms/change.ts";
import { describeAlarms } from "./alarms/describe.ts";
import { describeAlarmsForMetric } from "./alarms/forMetric.ts";
import { putCompositeAlarm, putMetricAlarm } from "./alarms/put.ts";
import type { AlarmRoom } from "./alarms/room.ts";
import { listTagsForResource, tagResource, untagResource } from "./alarms/tags.ts";
import {
  deleteDashboards,
  getDashboard,
  listDashboards,
  putDashboard,
} from "./dashboards/operations.ts";
import { getMetricData } from "./metrics/data.ts";
import { listMetrics } from "./metrics/list.ts";
import { measurementsOf } from "./metrics/put.ts";
import { getMetricStatistics } from "./metrics/statistics.ts";
import {
  deleteAlarmMuteRule,
  getAlarmMuteRule,
  listAlarmMuteRules,
  putAlarmMuteRule,
} from "./mutes/operations.ts";

/** A read first lets in what has become available. */
export function operationsOf(
  room: AlarmRoom,
  customMetricDelayMs: number,
): Readonly<Record<string, Operation>> {
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
      const availableAtMs = nowMs + customMetricDelayMs;
      for (const measurement of measurementsOf(input, nowMs))
        store.publish({ ...measurement, availableAtMs }, nowMs);
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
    DescribeAlarmsForMetric: (input: DescribeAlarmsForMetricInput) =>
      describeAlarmsForMetric(room, input),
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
    PutAlarmMuteRule: write((input: PutAlarmMuteRuleInput) => putAlarmMuteRule(room, input)),
    GetAlarmMuteRule: (input: GetAlarmMuteRuleInput) => getAlarmMuteRule(room, input),
    ListAlarmMuteRules: (input: ListAlarmMuteRulesInput) => listAlarmMuteRules(room, input),
    DeleteAlarmMuteRule: write((input: DeleteAlarmMuteRuleInput) =>
      deleteAlarmMuteRule(room, input),
    ),
    PutDashboard: (input: PutDashboardInput) => putDashboard(room, input),
    GetDashboard: (input: GetDashboardInput) => getDashboard(room, input),
    ListDashboards: (input: ListDashboardsInput) => listDashboards(room, input),
    DeleteDashboards: write((input: DeleteDashboardsInput) => deleteDashboards(room, input)),
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
