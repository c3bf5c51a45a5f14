/** Log groups, streams and tags: everything but the events. */
import type {
  CreateLogGroupRequest,
  CreateLogStreamRequest,
  DeleteLogGroupRequest,
  DeleteRetentionPolicyRequest,
  DescribeLogGroupsRequest,
  DescribeLogStreamsRequest,
  ListTagsForResourceRequest,
  PutRetentionPolicyRequest,
  TagResourceRequest,
  UntagResourceRequest,
} from "@aws-sdk/client-cloudwatch-logs";
import { AwsError, type LabCore } from "../service.ts";
import { groupArn, type LogGroup, type LogStore } from "./store.ts";
import type { LogStream } from "./stream.ts";
import { checkGroupName, checkRetention, checkStreamName, invalid, refuse } from "./validation.ts";

const PAGE = 50;

export function groupOperations(core: LabCore, store: LogStore) {
  return {
    CreateLogGroup: (input: CreateLogGroupRequest) => {
      refuse("CreateLogGroup", input, ["kmsKeyId", "deletionProtectionEnabled"]);
      if (input.logGroupClass && input.logGroupClass !== "STANDARD") {
        refuse("CreateLogGroup", input, ["logGroupClass"]);
      }
      store.create(checkGroupName(input.logGroupName), core.clock.now(), input.tags);
      return {};
    },
    DeleteLogGroup: (input: DeleteLogGroupRequest) => {
      store.delete(checkGroupName(input.logGroupName));
      return {};
    },
    DescribeLogGroups: (input: DescribeLogGroupsRequest) => {
      refuse("DescribeLogGroups", input, [
        "accountIdentifiers",
        "includeLinkedAccounts",
        "logGroupIdentifiers",
      ]);
      if (input.logGroupNamePrefix && input.logGroupNamePattern) {
        throw invalid("logGroupNamePrefix and logGroupNamePattern cannot be used together.");
      }
      const pattern = input.logGroupNamePattern?.toLowerCase() ?? "";
      const groups = store
        .all()
        .filter(({ name }) => name.startsWith(input.logGroupNamePrefix ?? ""))
        .filter(({ name }) => name.toLowerCase().includes(pattern))
        .filter(() => (input.logGroupClass ?? "STANDARD") === "STANDARD");
      const { page, nextToken } = paged(groups, input);
      return { logGroups: page.map(renderGroup), ...nextToken };
    },
    PutRetentionPolicy: (input: PutRetentionPolicyRequest) => {
      store.group(input.logGroupName).retentionInDays = checkRetention(input.retentionInDays);
      return {};
    },
    DeleteRetentionPolicy: (input: DeleteRetentionPolicyRequest) => {
      store.group(input.logGroupName).retentionInDays = undefined;
      return {};
    },
    CreateLogStream: (input: CreateLogStreamRequest) => {
      const group = store.group(input.logGroupName);
      const name = checkStreamName(input.logStreamName);
      if (group.streams.has(name)) {
        throw new AwsError(
          "ResourceAlreadyExistsException",
          "The specified log stream already exists",
        );
      }
      store.createStream(group, name, core.clock.now());
      return {};
    },
    DescribeLogStreams: (input: DescribeLogStreamsRequest) => {
      const group = store.group(input.logGroupName ?? input.logGroupIdentifier);
      store.expire(group, core.clock.now());
      const byTime = input.orderBy === "LastEventTime";
      if (byTime && input.logStreamNamePrefix) {
        throw invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
      }
      const streams = [...group.streams.values()]
        .filter(({ name }) => name.startsWith(input.logStreamNamePrefix ?? ""))
        .sort((a, b) =>
          byTime
            ? (a.newest?.timestamp ?? 0) - (b.newest?.timestamp ?? 0)
            : a.name < b.name
              ? -1
              : 1,
        );
      const { page, nextToken } = paged(input.descending ? streams.toReversed() : streams, input);
      return { logStreams: page.map((stream) => renderStream(group, stream)), ...nextToken };
    },
    ListTagsForResource: (input: ListTagsForResourceRequest) => ({
      tags: Object.fromEntries(store.group(input.resourceArn).tags),
    }),
    TagResource: (input: TagResourceRequest) => {
      const { tags } = store.group(input.resourceArn);
      for (const [key, value] of Object.entries(input.tags ?? {})) tags.set(key, value);
      return {};
    },
    UntagResource: (input: UntagResourceRequest) => {
      const { tags } = store.group(input.resourceArn);
      for (const key of input.tagKeys ?? []) tags.delete(key);
      return {};
    },
  };
}

function renderGroup(group: LogGroup) {
  return {
    logGroupName: group.name,
    creationTime: group.createdAt,
    metricFilterCount: 0,
    arn: `${groupArn(group.name)}:*`,
    logGroupArn: groupArn(group.name),
    // AWS's own figure lags by hours; it is 0 for all the time that a lab lives.
    storedBytes: 0,
    logGroupClass: "STANDARD",
    deletionProtectionEnabled: false,
    ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
  };
}

function renderStream(group: LogGroup, stream: LogStream) {
  const { oldest, newest } = stream;
  return {
    logStreamName: stream.name,
    creationTime: stream.createdAt,
    arn: `${groupArn(group.name)}:log-stream:${stream.name}`,
    storedBytes: 0,
    ...(oldest && { firstEventTimestamp: oldest.timestamp }),
    ...(newest && {
      lastEventTimestamp: newest.timestamp,
      lastIngestionTime: newest.ingestionTime,
    }),
  };
}

function paged<T>(
  all: readonly T[],
  { limit = PAGE, nextToken = "0" }: { limit?: number | undefined; nextToken?: string | undefined },
) {
  const offset = Number(nextToken);
  if (!Number.isInteger(offset)) throw invalid("The specified nextToken is invalid.");
  if (!(limit >= 1 && limit <= PAGE)) throw invalid(`limit: ${limit} must be between 1 and 50.`);
  const end = offset + limit;
  return {
    page: all.slice(offset, end),
    nextToken: end < all.length ? { nextToken: String(end) } : {},
  };
}
