/** Local ports that stand for the ports of containers, each given to one task at a time. */
import { createServer, connect } from "node:net";
import { environmentError } from "../../base/errors.ts";

/** Below the ranges from which Linux and macOS take the ports of outgoing connections. */
const FIRST = 20_000;
const LAST = 32_000;

export class LocalPorts {
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
export function isListening(port: number): Promise<boolean> {
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
