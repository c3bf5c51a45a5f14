/**
 * A lab that does not say that it is one: what stands in for AWS, for commands with `--live`. It writes
 * down every request and hides the lab's own routes.
 */
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface AwsFront {
  readonly endpoint: string;
  /** `sts GetCallerIdentity`, in the order in which they came. */
  readonly asked: string[];
  stop(): Promise<void>;
}

export async function startAwsFront(lab: string): Promise<AwsFront> {
  const asked: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const { method = "GET", url = "/", headers } = incoming;
      const body = Buffer.concat(chunks);
      asked.push(nameOf(method, url, headers, body.toString("latin1")));
      if (url.startsWith("/_lab/")) {
        outgoing.writeHead(404).end();
        return;
      }
      const forwarded = request(new URL(url, lab), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      forwarded.on("error", () => outgoing.destroy());
      forwarded.end(body);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server's address
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: () => close(server),
  };
}

/** The scope names the service; the query protocol, a header or the path its operation. */
function nameOf(
  method: string,
  url: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
): string {
  const service = /\/([a-z0-9-]+)\/aws4_request/.exec(String(headers["authorization"]))?.[1];
  const target = String(headers["x-amz-target"] ?? "").split(".")[1];
  const path = /\/operation\/(\w+)/.exec(url)?.[1];
  const action = /(?:^|&)Action=(\w+)/.exec(body)?.[1];
  return `${service ?? "nobody"} ${target ?? path ?? action ?? `${method} ${url}`}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
}
