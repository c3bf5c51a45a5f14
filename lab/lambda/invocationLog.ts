/** The log stream of one environment, with the lines that Lambda itself writes around each call. */
import type { Clock } from "../../base/clock.ts";
import type { LogSink } from "../ports.ts";
import type { Outcome } from "./environment.ts";

/** LogResult holds 4 KB; a few more lines than that are enough to keep. */
const TAIL_CHARACTERS = 16_384;

export class InvocationLog {
  /** `2026/03/14/[$LATEST]…`, by the nominal day of the cold start. */
  readonly stream: string;
  readonly #clock: Clock;
  readonly #sink: LogSink;
  readonly #group: string;
  #cold = true;
  #tail = "";

  constructor(clock: Clock, sink: LogSink, group: string, environmentId: string) {
    const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll("-", "/");
    this.stream = `${day}/[$LATEST]${environmentId}`;
    this.#clock = clock;
    this.#sink = sink;
    this.#group = group;
  }

  write(line: string): void {
    this.#tail = `${this.#tail}${line}\n`.slice(-TAIL_CHARACTERS);
    this.#sink.append(this.#group, this.stream, [
      { timestampMs: this.#clock.now(), message: line },
    ]);
  }

  start(requestId: string): void {
    this.#tail = "";
    if (this.#cold) this.write(`INIT_START Runtime Version: nodejs:24 (${process.version})`);
    this.#cold = false;
    this.write(`START RequestId: ${requestId} Version: $LATEST`);
  }

  /** The lines since the start. */
  end(requestId: string, outcome: Outcome, memoryMegabytes: number): string {
    const { durationMs, initMs, failure } = outcome;
    this.write(`END RequestId: ${requestId}`);
    this.write(
      [
        `REPORT RequestId: ${requestId}`,
        `Duration: ${durationMs.toFixed(2)} ms`,
        // Since August 2025 AWS bills the initialisation too.
        `Billed Duration: ${Math.ceil(durationMs + (initMs ?? 0))} ms`,
        `Memory Size: ${memoryMegabytes} MB`,
        ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
        ...(failure ? [`Status: ${failure.status}`] : []),
      ].join("\t"),
    );
    return this.#tail;
  }
}
