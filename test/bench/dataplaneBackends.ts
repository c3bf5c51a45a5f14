/** Helper process: two backends with a small answer; tells their ports and ends with its parent. */
import { once } from "node:events";
import { createServer } from "node:http";

const BODY = "a".repeat(256);

process.on("disconnect", () => process.exit());
process.on("message", () => void start());

async function start(): Promise<void> {
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
  process.send?.(ports);
}
