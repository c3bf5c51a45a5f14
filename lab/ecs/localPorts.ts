/** Local ports that stand for the ports of containers, each given to one task at a time. */
import { createServer, connect } from "node:net";
import { environmentError } from "../../base/errors.ts";

/** Below the ranges from which Linux and macOS take the ports of outgoing connections. */
const FIRST = 20_000;
const LAST = 32_000;

/** Where containers listen. */
export interface PortHost {
  /** A port that no other task has. */
  take(): Promise<number>;
  give(ports: Iterable<number>): void;
  /**
   * Waits until all of `ports` listen, at most `graceMs` of wall time, as long as `goesOn` says so.
   * A process does its work in wall time while checks of it may run faster: without this wait a
   * fast clock would fail every start.
   */
  untilListening(ports: readonly number[], graceMs: number, goesOn: () => boolean): Promise<void>;
}

/** Wall time between two attempts to connect to a process that has just started. */
const PROBE_INTERVAL_MS = 50;

export class LocalPorts implements PortHost {
  readonly #taken = new Set<number>();

  /** A port that nobody listens on now and that no other task was given. */
  async take(): Promise<number> {
    for (let attempt = 0; attempt < LAST - FIRST; attempt++) {
      const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      if (await isFree(port)) return port;
      this.#taken.delete(port);
    }
    throw environmentError("no-free-port", `no free port from ${FIRST} to ${LAST} on 127.0.0.1`);
  }

  give(ports: Iterable<number>): void {
    for (const port of ports) this.#taken.delete(port);
  }

  async untilListening(
    ports: readonly number[],
    graceMs: number,
    goesOn: () => boolean,
  ): Promise<void> {
    const deadline = Date.now() + graceMs;
    for (const port of ports) {
      while (goesOn() && Date.now() < deadline) {
        if (await isListening(port)) break;
        await new Promise((resolve) => setTimeout(resolve, PROBE_INTERVAL_MS));
      }
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ host: "127.0.0.1", port, exclusive: true }, () => {
      probe.close(() => resolve(true));
    });
  });
}

/** Whether something accepts connections on a port of this machine. */
function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const answer = (listening: boolean) => () => {
      socket.destroy();
      resolve(listening);
    };
    socket.once("connect", answer(true));
    socket.once("error", answer(false));
  });
}
