/** A release that is good or bad in one known way, by its environment; the same requests fail again. */
import { createServer } from "node:http";

/** One request in so many fails; 0 for none. */
const failEvery = Number(process.env["FAIL_EVERY"] ?? 0);
/** Requests a second (wall) above which every second one fails. */
const breaksAbove = Number(process.env["BREAKS_ABOVE"] ?? Infinity);
/** Wall milliseconds that each answer takes. */
const slowMs = Number(process.env["SLOW_MS"] ?? 0);

/** Long enough that a burst of a busy machine's load does not look like a step. */
const WINDOW_MS = 4_000;

// The first bad answer comes half way: a step sees one as soon as its share of requests allows.
let served = Math.floor(failEvery / 2);
let recent: number[] = [];

function fails(nowMs: number): boolean {
  served++;
  recent = recent.filter((atMs) => atMs > nowMs - WINDOW_MS);
  recent.push(nowMs);
  if (failEvery > 0 && served % failEvery === 0) return true;
  return recent.length > (breaksAbove * WINDOW_MS) / 1000 && served % 2 === 0;
}

const server = createServer((request, response) => {
  if (request.url === "/healthz") {
    response.end("well");
    return;
  }
  response.statusCode = fails(Date.now()) ? 500 : 200;
  setTimeout(() => response.end(process.env["BACKOUT_RELEASE"]), slowMs);
});
server.listen(Number(process.env["PORT"]), process.env["HOST"]);
process.once("SIGTERM", () => process.exit());
