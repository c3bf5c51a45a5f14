/** What can be set beside a table: backups, time to live, tags. */
import type * as Sdk from "@aws-sdk/client-dynamodb";

import type { LabCore, Operation } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import { invalidParameter, validation } from "./errors.ts";
import type { Table, Tables } from "./table.ts";

const DAY_MS = 86_400_000;
const MOST_TAGS = 50;
/** Nominal time in which a table takes no second change of its time to live. */
const CHANGE_MS = 3_600_000;

export function settingsOperations(core: LabCore, tables: Tables): Record<string, Operation> {
  return {
    DescribeContinuousBackups: (
      input: Sdk.DescribeContinuousBackupsInput,
    ): Sdk.DescribeContinuousBackupsOutput => ({
      ContinuousBackupsDescription: backups(core, tables.named(input.TableName)),
    }),

    /** The setting is kept; the lab has no RestoreTableToPointInTime. */
    UpdateContinuousBackups: (
      input: Sdk.UpdateContinuousBackupsInput,
    ): Sdk.UpdateContinuousBackupsOutput => {
      const table = tables.named(input.TableName);
      const wanted = input.PointInTimeRecoverySpecification;
      const periodDays = wanted?.RecoveryPeriodInDays ?? 35;
      if (periodDays < 1 || periodDays > 35) {
        throw invalidParameter("RecoveryPeriodInDays must be between 1 and 35");
      }
      table.pointInTimeRecovery = wanted?.PointInTimeRecoveryEnabled
        ? {
            enabledAtMs: table.pointInTimeRecovery?.enabledAtMs ?? core.clock.now(),
            periodDays,
          }
        : undefined;
      return { ContinuousBackupsDescription: backups(core, table) };
    },

    DescribeTimeToLive: (input: Sdk.DescribeTimeToLiveInput): Sdk.DescribeTimeToLiveOutput => {
      const { timeToLive } = tables.named(input.TableName);
      return {
        TimeToLiveDescription:
          timeToLive === undefined
            ? { TimeToLiveStatus: "DISABLED" }
            : { TimeToLiveStatus: "ENABLED", AttributeName: timeToLive },
      };
    },

    /** It holds at once; on AWS it "can take up to one hour", in which no other is taken. */
    UpdateTimeToLive: (input: Sdk.UpdateTimeToLiveInput): Sdk.UpdateTimeToLiveOutput => {
      const table = tables.named(input.TableName);
      const wanted = input.TimeToLiveSpecification;
      const attribute = wanted?.AttributeName;
      if (attribute === undefined || attribute === "" || wanted?.Enabled === undefined) {
        throw validation("TimeToLiveSpecification needs Enabled and AttributeName");
      }
      const now = core.clock.now();
      if (now < (table.timeToLiveChangedAtMs ?? 0) + CHANGE_MS) {
        throw validation("Time to live has been modified multiple times within a fixed interval");
      }
      const isEnabled = table.timeToLive !== undefined;
      if (wanted.Enabled === isEnabled) {
        throw validation(`TimeToLive is already ${isEnabled ? "enabled" : "disabled"}`);
      }
      if (isEnabled && table.timeToLive !== attribute) {
        throw validation(
          `TimeToLive is active on a different AttributeName: current AttributeName is ${table.timeToLive}`,
        );
      }
      table.timeToLive = wanted.Enabled ? attribute : undefined;
      table.timeToLiveChangedAtMs = now;
      return { TimeToLiveSpecification: wanted };
    },

    TagResource: (input: Sdk.TagResourceInput): object => {
      setTags(tables.byArn(input.ResourceArn), input.Tags);
      return {};
    },

    UntagResource: (input: Sdk.UntagResourceInput): object => {
      const table = tables.byArn(input.ResourceArn);
      for (const key of input.TagKeys ?? []) table.tags.delete(key);
      return {};
    },

    ListTagsOfResource: (input: Sdk.ListTagsOfResourceInput): Sdk.ListTagsOfResourceOutput => {
      refuseUnsupported("ListTagsOfResource", input, ["ResourceArn"]);
      const { tags } = tables.byArn(input.ResourceArn);
      return { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
    },
  };
}

/** Adds or replaces; throws beyond 50 tags. */
export function setTags(table: Table, tags: readonly Sdk.Tag[] | undefined): void {
  const result = new Map(table.tags);
  for (const tag of tags ?? []) result.set(tag.Key ?? "", tag.Value ?? "");
  if (result.size > MOST_TAGS) {
    throw validation(`Too many tags: a resource has at most ${MOST_TAGS}`);
  }
  for (const [key, value] of result) table.tags.set(key, value);
}

function backups(core: LabCore, table: Table): Sdk.ContinuousBackupsDescription {
  const recovery = table.pointInTimeRecovery;
  if (!recovery) {
    return {
      ContinuousBackupsStatus: "ENABLED",
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: "DISABLED" },
    };
  }
  const earliestMs = Math.max(
    recovery.enabledAtMs,
    core.clock.now() - recovery.periodDays * DAY_MS,
  );
  return {
    ContinuousBackupsStatus: "ENABLED",
    PointInTimeRecoveryDescription: {
      PointInTimeRecoveryStatus: "ENABLED",
      RecoveryPeriodInDays: recovery.periodDays,
      EarliestRestorableDateTime: new Date(earliestMs),
      LatestRestorableDateTime: new Date(core.clock.now()),
    },
  };
}
