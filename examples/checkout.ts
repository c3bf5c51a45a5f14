/** The web shop of the example stack: what a slot's image `backout/checkout` runs in the lab. */
import { createServer } from "node:http";

const release = process.env["BACKOUT_RELEASE"] ?? "unknown";
const basket = { items: [{ sku: "umbrella", quantity: 1 }], total: 19.5, currency: "EUR" };

const server = createServer((request, response) => {
  response.setHeader("content-type", "application/json");
  if (request.url === "/healthz") response.end(JSON.stringify({ healthy: true }));
  else response.end(JSON.stringify({ release, path: request.url, basket }));
});
server.listen(Number(process.env["PORT"] ?? 8080), process.env["HOST"] ?? "0.0.0.0");
process.once("SIGTERM", () => {
  server.close();
  server.closeIdleConnections();
});
