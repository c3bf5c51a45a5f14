/** The clients' connections of one load balancer: how many, how busy, and how many bytes. */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

export class Connection {
  readonly socket: Socket;
  /** The response to the newest request; undefined before the first. */
  response: ServerResponse | undefined;
  /** Bytes read when the newest request was complete: more of them are a request that has begun. */
  bytesOfRequests = 0;
  #counted = 0;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  takeBytes(): number {
    const total = this.socket.bytesRead + this.socket.bytesWritten;
    const news = total - this.#counted;
    this.#counted = total;
    return news;
  }
}

export class ClientConnections {
  readonly #open = new Map<Socket, Connection>();
  #opened = 0;
  #bytesOfGone = 0;

  add(socket: Socket): void {
    const connection = new Connection(socket);
    this.#open.set(socket, connection);
    this.#opened += 1;
    socket.once("close", () => {
      this.#open.delete(socket);
      this.#bytesOfGone += connection.takeBytes();
    });
  }

  get(socket: Socket): Connection | undefined {
    return this.#open.get(socket);
  }

  sockets(): Iterable<Socket> {
    return this.#open.keys();
  }

  /** Bytes and connections since the last call, and how many are open now. */
  take(): { readonly bytes: number; readonly opened: number; readonly open: number } {
    let bytes = this.#bytesOfGone;
    for (const connection of this.#open.values()) bytes += connection.takeBytes();
    const opened = this.#opened;
    this.#bytesOfGone = 0;
    this.#opened = 0;
    return { bytes, opened, open: this.#open.size };
  }
}
