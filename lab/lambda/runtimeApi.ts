/** The server side of the Runtime API: one loopback server for all environments of a lab. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** What an environment hears from its process. */
export interface RuntimeListener {
  /** The process is idle and waits for `response` to carry the next event. */
  next(response: ServerResponse): void;
  succeeded(requestId: string, payload: Buffer): void;
  failed(requestId: string, payload: Buffer): void;
  initFailed(payload: Buffer): void;
}

export class RuntimeApi {
  readonly #listeners = new Map<string, RuntimeListener>();
  #server: Server | undefined;
  #listening: Promise<string> | undefined;

  /** What AWS_LAMBDA_RUNTIME_API holds in the environment `id`: host, port and the id. */
  async connect(id: string, listener: RuntimeListener): Promise<string> {
    this.#listening ??= this.#listen();
    this.#listeners.set(id, listener);
    return `${await this.#listening}/${id}`;
  }

  disconnect(id: string): void {
    this.#listeners.delete(id);
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }

  #listen(): Promise<string> {
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(`127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
      });
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, id = "", path = ""] =
      /^\/(\w+)\/2018-06-01\/runtime\/(.*)$/.exec(request.url ?? "") ?? [];
    const listener = this.#listeners.get(id);
    if (!listener) {
      response.writeHead(403).end();
      return;
    }
    const body = await bodyOf(request).catch(() => undefined);
    if (!body) return;
    if (request.method === "GET" && path === "invocation/next") {
      listener.next(response);
      return;
    }
    const [, requestId = "", what] = /^invocation\/([\w-]+)\/(response|error)$/.exec(path) ?? [];
    if (path === "init/error") listener.initFailed(body);
    else if (what === "response") listener.succeeded(requestId, body);
    else if (what === "error") listener.failed(requestId, body);
    response.writeHead(path === "init/error" || what ? 202 : 404).end();
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
