/** The ARNs that an operation acts on, for IAM. */
import { alarmArn } from "./alarms/alarm.ts";
import { dashboardArn } from "./dashboards/operations.ts";
import { muteRuleArn } from "./mutes/muteBook.ts";

export function resourcesOf(
  operation: string,
  input: Readonly<Record<string, unknown>>,
): readonly string[] {
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
    case "PutAlarmMuteRule":
      // "You must have the permission on two types of resources: the alarm mute rule resource
      // itself, and each alarm that the rule targets."
      return [muteRuleArn(String(input["Name"])), ...targetsOf(input).map(alarmArn)];
    case "GetAlarmMuteRule":
    case "DeleteAlarmMuteRule":
      return [muteRuleArn(String(input["AlarmMuteRuleName"]))];
    case "PutDashboard":
    case "GetDashboard":
      return [dashboardArn(String(input["DashboardName"]))];
    case "DeleteDashboards":
      return strings(input["DashboardNames"]).map(dashboardArn);
    case "ListDashboards":
      return [dashboardArn("*")];
    default:
      return ["*"];
  }
}

function targetsOf({ MuteTargets }: Readonly<Record<string, unknown>>): readonly string[] {
  return typeof MuteTargets === "object" && MuteTargets !== null && "AlarmNames" in MuteTargets
    ? strings(MuteTargets.AlarmNames)
    : [];
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
