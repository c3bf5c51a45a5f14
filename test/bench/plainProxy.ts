/** The yardstick of the data plane: the least that a reverse proxy on node:http and undici does. */
import { once } from "node:events";
import { createServer } from "node:http";
import { Pool } from "undici";

export interface PlainProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** Forwards to the ports in turn; no rules, no health, no metrics, no headers added. */
export async function startPlainProxy(ports: readonly number[]): Promise<PlainProxy> {
  const pools = ports.map((port) => new Pool(`http://127.0.0.1:${port}`, { allowH2: false }));
  let turn = 0;
  const server = createServer((req, res) => {
    pools[turn++ % pools.length]?.dispatch(
      { path: req.url ?? "/", method: "GET", headers: { host: req.headers.host } },
      {
        onRequestStart() {},
        onResponseStart(_controller, status, headers) {
          res.writeHead(status, headers);
        },
        onResponseData(_controller, chunk) {
          res.write(chunk);
        },
        onResponseEnd() {
          res.end();
        },
        onResponseError() {
          res.destroy();
        },
      },
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy does not listen");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}
