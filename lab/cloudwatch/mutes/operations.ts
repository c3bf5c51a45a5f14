/** PutAlarmMuteRule, GetAlarmMuteRule, ListAlarmMuteRules and DeleteAlarmMuteRule. */
import type {
  AlarmMuteRuleSummary,
  DeleteAlarmMuteRuleInput,
  GetAlarmMuteRuleInput,
  GetAlarmMuteRuleOutput,
  ListAlarmMuteRulesInput,
  ListAlarmMuteRulesOutput,
  PutAlarmMuteRuleInput,
  Rule,
} from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../../service.ts";
import { requireTags } from "../alarms/define.ts";
import type { AlarmRoom } from "../alarms/room.ts";
import { pageOf } from "../paging.ts";
import { namedZone, UTC } from "../timeZone.ts";
import {
  constraintError,
  requireInteger,
  requireLength,
  requireOneOf,
  validationError,
} from "../validation.ts";
import { ExpressionError, parseDuration, parseExpression } from "./expression.ts";
import { muteRuleArn } from "./muteBook.ts";
import type { MuteRule } from "./muteBook.ts";
import { statusAt } from "./windows.ts";
import type { MuteSchedule } from "./windows.ts";

const MOST_TARGETS = 100;
/** The lab's own limit: AWS documents none. */
const MOST_RULES = 10_000;

/** An update replaces the whole rule, but its tags stay, as an alarm's do. */
export function putAlarmMuteRule(room: AlarmRoom, input: PutAlarmMuteRuleInput): void {
  const { book, mutes, clock } = room;
  const name = requireLength("name", input.Name, 1, 255);
  const { Description, Rule: asPut, StartDate, ExpireDate } = input;
  if (Description !== undefined) requireLength("description", Description, 0, 1024);
  const schedule = scheduleOf(asPut, StartDate, ExpireDate);
  const targets = requireTargets(input.MuteTargets?.AlarmNames);
  const unknown = targets.filter((target) => !book.get(target));
  if (unknown.length > 0)
    throw validationError(`The alarms [${unknown.join(", ")}] in MuteTargets do not exist.`);
  const tags = requireTags(input.Tags);
  const existing = mutes.get(name);
  if (!existing && mutes.size >= MOST_RULES)
    throw new AwsError(
      "LimitExceededFault",
      "The quota for alarm mute rules for this customer has already been reached.",
    );
  mutes.put({
    name,
    description: Description,
    asPut: asPut ?? { Schedule: undefined },
    schedule,
    targets,
    startDate: StartDate,
    expireDate: ExpireDate,
    updatedMs: clock.now(),
    tags: existing?.tags ?? tags,
  });
}

export function getAlarmMuteRule(
  { mutes, clock }: AlarmRoom,
  input: GetAlarmMuteRuleInput,
): GetAlarmMuteRuleOutput {
  const name = requireLength("alarmMuteRuleName", input.AlarmMuteRuleName, 1, 255);
  const rule = mutes.get(name);
  if (!rule) throw notFound("alarm-mute-rule", name);
  return {
    Name: name,
    ...(rule.description === undefined ? {} : { Description: rule.description }),
    Rule: rule.asPut,
    ...(rule.targets.length === 0 ? {} : { MuteTargets: { AlarmNames: [...rule.targets] } }),
    ...(rule.startDate === undefined ? {} : { StartDate: rule.startDate }),
    ...summaryOf(rule, clock.now()),
  };
}

export function listAlarmMuteRules(
  { book, mutes, clock }: AlarmRoom,
  input: ListAlarmMuteRulesInput,
): ListAlarmMuteRulesOutput {
  const { AlarmName } = input;
  const size = requireInteger("maxRecords", input.MaxRecords ?? 50, 1, 100);
  const statuses: readonly string[] = input.Statuses?.length ? input.Statuses : STATUSES;
  for (const status of statuses) requireOneOf("statuses", status, STATUSES);
  if (AlarmName !== undefined) requireLength("alarmName", AlarmName, 1, 255);
  const summaries = mutes
    .all()
    .filter(({ targets }) => AlarmName === undefined || targets.includes(AlarmName))
    .map((rule) => summaryOf(rule, clock.now()));
  if (AlarmName !== undefined && summaries.length === 0 && !book.get(AlarmName))
    throw notFound("alarm", AlarmName);
  const found = summaries.filter(({ Status }) => statuses.includes(Status ?? ""));
  const page = pageOf(found, input.NextToken, size);
  return {
    AlarmMuteRuleSummaries: [...page.items],
    ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
  };
}

/** "If you delete a mute rule that does not exist, the operation succeeds." */
export function deleteAlarmMuteRule({ mutes }: AlarmRoom, input: DeleteAlarmMuteRuleInput): void {
  mutes.remove(requireLength("alarmMuteRuleName", input.AlarmMuteRuleName, 1, 255));
}

const STATUSES = ["SCHEDULED", "ACTIVE", "EXPIRED"] as const;

function summaryOf(rule: MuteRule, nowMs: number): AlarmMuteRuleSummary {
  return {
    AlarmMuteRuleArn: muteRuleArn(rule.name),
    ...(rule.expireDate === undefined ? {} : { ExpireDate: rule.expireDate }),
    Status: statusAt(rule.schedule, nowMs),
    MuteType: rule.schedule.expression.kind === "at" ? "ONE_TIME" : "RECURRING",
    LastUpdatedTimestamp: new Date(rule.updatedMs),
  };
}

function scheduleOf(
  rule: Rule | undefined,
  startDate: Date | undefined,
  expireDate: Date | undefined,
): MuteSchedule {
  if (!rule?.Schedule) throw constraintError("rule.schedule", undefined, "not be null");
  const { Expression, Duration, Timezone } = rule.Schedule;
  const expression = requireLength("rule.schedule.expression", Expression, 1, 256);
  const duration = requireLength("rule.schedule.duration", Duration, 1, 50);
  const timezone = "rule.schedule.timezone";
  if (Timezone !== undefined) requireLength(timezone, Timezone, 1, 50);
  const notBeforeMs = startDate?.getTime() ?? -Infinity;
  const notAfterMs = expireDate?.getTime() ?? Infinity;
  if (notAfterMs <= notBeforeMs) throw validationError("ExpireDate must be after StartDate.");
  return {
    expression: parsed("expression", () => parseExpression(expression)),
    durationMs: parsed("duration", () => parseDuration(duration)),
    zone: Timezone === undefined ? UTC : namedZone(timezone, Timezone),
    notBeforeMs,
    notAfterMs,
  };
}

function parsed<T>(member: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ExpressionError)
      throw validationError(`Invalid rule.schedule.${member}: ${error.message}.`);
    throw error;
  }
}

function requireTargets(names: readonly string[] | undefined): readonly string[] {
  const targets = [...new Set(names)];
  if (targets.length > MOST_TARGETS)
    throw constraintError(
      "muteTargets.alarmNames",
      `${targets.length} names`,
      `have length less than or equal to ${MOST_TARGETS}`,
    );
  for (const target of targets) requireLength("muteTargets.alarmNames.member", target, 1, 255);
  return targets;
}

function notFound(type: string, id: string): AwsError {
  return new AwsError("ResourceNotFoundException", `Unknown ${type} ${id}`, 404, {
    ResourceType: type,
    ResourceId: id,
  });
}
