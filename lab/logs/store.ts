/** Log groups and their streams by name, with AWS's words for what is missing. */
import { arn, AwsError } from "../service.ts";
import { LogStream } from "./stream.ts";

/** Each task and each function's environment writes a stream of its own; the idlest go first. */
const STREAMS_PER_GROUP = 200;
const DAY_MS = 86_400_000;

export interface LogGroup {
  readonly name: string;
  readonly createdAt: number;
  readonly tags: Map<string, string>;
  /** In the order of their last write. */
  readonly streams: Map<string, LogStream>;
  retentionInDays: number | undefined;
}

export class LogStore {
  readonly #groups = new Map<string, LogGroup>();

  /** By name, in alphabetical order, as DescribeLogGroups lists them. */
  all(): LogGroup[] {
    return [...this.#groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  has(name: string): boolean {
    return this.#groups.has(name);
  }

  create(name: string, createdAt: number, tags: Readonly<Record<string, string>> = {}): LogGroup {
    if (this.#groups.has(name)) {
      throw new AwsError(
        "ResourceAlreadyExistsException",
        "The specified log group already exists",
      );
    }
    const group: LogGroup = {
      name,
      createdAt,
      tags: new Map(Object.entries(tags)),
      streams: new Map(),
      retentionInDays: undefined,
    };
    this.#groups.set(name, group);
    return group;
  }

  delete(name: string): void {
    this.#groups.delete(this.group(name).name);
  }

  /** By name or by ARN, with or without the ARN's `:*`. */
  group(nameOrArn: string | undefined): LogGroup {
    const name = (nameOrArn ?? "").replace(/^arn:aws:logs:[^:]*:\d*:log-group:/, "");
    const group = this.#groups.get(name.replace(/:\*$/, ""));
    if (group) return group;
    throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
  }

  stream(group: LogGroup, name: string | undefined): LogStream {
    const stream = group.streams.get(name ?? "");
    if (stream) return stream;
    throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
  }

  createStream(group: LogGroup, name: string, createdAt: number): LogStream {
    const stream = new LogStream(name, createdAt);
    group.streams.set(name, stream);
    const [idlest] = group.streams.keys();
    if (group.streams.size > STREAMS_PER_GROUP && idlest !== undefined) {
      group.streams.delete(idlest);
    }
    return stream;
  }

  /** Marks a stream as the group's last written one. */
  touch(group: LogGroup, stream: LogStream): void {
    group.streams.delete(stream.name);
    group.streams.set(stream.name, stream);
  }

  /** Drops what the group's retention no longer covers at `nowMs`. */
  expire(group: LogGroup, nowMs: number): void {
    if (group.retentionInDays === undefined) return;
    for (const stream of group.streams.values()) {
      stream.expire(nowMs - group.retentionInDays * DAY_MS);
    }
  }
}

export function groupArn(name: string): string {
  return arn("logs", `log-group:${name}`);
}
