/** Helper process: two backends with a small answer; tells their ports. */
import { once } from "node:events";
import { createServer } from "node:http";
import { answer } from "./helper.ts";

const BODY = "a".repeat(256);

answer(async () => {
  const ports: number[] = [];
  for (let i = 0; i < 2; i++) {
    const server = createServer((_req, res) => {
      res.writeHead(200, { "content-type": "text/plain", "content-length": BODY.length }).end(BODY);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address !== null && typeof address === "object") ports.push(address.port);
  }
  return ports;
});
