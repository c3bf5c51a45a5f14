/** The events of one log stream: a window over an endless sequence, bounded in bytes. */

export interface LogEvent {
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
}

export interface LogEntry {
  readonly position: number;
  readonly event: LogEvent;
}

/**
 * AWS keeps everything; a lab that runs for days next to a chatty task must not. Beyond this the
 * oldest events go.
 */
const STREAM_BYTES = 2 * 1024 * 1024;
/** A quarter goes at once: dropping one by one would copy the rest for every line of a chatty task. */
const KEPT_BYTES = 0.75 * STREAM_BYTES;
/** What AWS counts per event beside its message. */
const EVENT_OVERHEAD_BYTES = 26;

export class LogStream {
  readonly name: string;
  readonly createdAt: number;
  #events: LogEvent[] = [];
  /** The position of the oldest kept event in the sequence. */
  #first = 0;
  #bytes = 0;

  constructor(name: string, createdAt: number) {
    this.name = name;
    this.createdAt = createdAt;
  }

  append(events: readonly LogEvent[]): void {
    for (const event of events) {
      this.#events.push(event);
      this.#bytes += sizeOf(event);
    }
    if (this.#bytes <= STREAM_BYTES) return;
    let dropped = 0;
    while (this.#bytes > KEPT_BYTES) this.#bytes -= sizeOf(this.#events[dropped++]!);
    this.#drop(dropped);
  }

  /** Forgets what happened before `timestamp`. */
  expire(timestamp: number): void {
    const kept = this.#events.findIndex((event) => event.timestamp >= timestamp);
    const dropped = kept === -1 ? this.#events.length : kept;
    for (const event of this.#events.slice(0, dropped)) this.#bytes -= sizeOf(event);
    this.#drop(dropped);
  }

  /** Every kept event with its position in the sequence, oldest first. */
  entries(): LogEntry[] {
    return this.#events.map((event, index) => ({ position: this.#first + index, event }));
  }

  /** The position that the next event will have. */
  get end(): number {
    return this.#first + this.#events.length;
  }

  get oldest(): LogEvent | undefined {
    return this.#events[0];
  }

  get newest(): LogEvent | undefined {
    return this.#events.at(-1);
  }

  #drop(count: number): void {
    if (count === 0) return;
    this.#events = this.#events.slice(count);
    this.#first += count;
  }
}

/** As AWS counts it: the message as UTF-8, and 26 bytes. */
export function sizeOf(event: LogEvent): number {
  return Buffer.byteLength(event.message) + EVENT_OVERHEAD_BYTES;
}
