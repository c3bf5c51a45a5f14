/**
 * Helper process: the least that a reverse proxy on node:http and undici does. Forwards to the
 * ports in turn; no rules, no health, no metrics, no headers added. Tells its URL.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { Pool } from "undici";
import { answer } from "./helper.ts";

answer(async ({ ports }: { readonly ports: readonly number[] }) => {
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
  return `http://127.0.0.1:${address.port}/`;
});
