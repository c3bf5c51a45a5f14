/** CloudWatch Logs: what tasks and functions print, kept in bounded memory. */
import type { LogSink } from "../ports.ts";
import { type LabCore, type LabService, type Operation, ServiceName } from "../service.ts";
import { eventOperations } from "./events.ts";
import { groupOperations } from "./groups.ts";
import { groupArn, LogStore } from "./store.ts";

export class Logs implements LabService, LogSink {
  readonly name = ServiceName.Logs;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #core: LabCore;
  readonly #store = new LogStore();

  constructor(core: LabCore) {
    this.#core = core;
    this.operations = {
      ...groupOperations(core, this.#store),
      ...eventOperations(core, this.#store),
    };
  }

  hasGroup(name: string): boolean {
    return this.#store.has(name);
  }

  append(
    groupName: string,
    streamName: string,
    lines: readonly { readonly timestampMs: number; readonly message: string }[],
  ): void {
    const now = this.#core.clock.now();
    const group = this.#store.has(groupName)
      ? this.#store.group(groupName)
      : this.#store.create(groupName, now);
    const stream =
      group.streams.get(streamName) ?? this.#store.createStream(group, streamName, now);
    stream.append(
      lines.map(({ timestampMs, message }) => ({
        timestamp: timestampMs,
        message,
        ingestionTime: now,
      })),
    );
    this.#store.touch(group, stream);
  }

  resourcesOf(operation: string, input: Record<string, unknown>): readonly string[] {
    const named = input["logGroupName"] ?? input["logGroupIdentifier"] ?? input["resourceArn"];
    if (operation === "DescribeLogGroups" || typeof named !== "string") return ["*"];
    const group = named.startsWith("arn:") ? named.replace(/:\*$/, "") : groupArn(named);
    const stream = input["logStreamName"];
    return [typeof stream === "string" ? `${group}:log-stream:${stream}` : `${group}:*`];
  }
}
