import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../../base/clock.ts";
import { type Load, startLoad } from "../../../drills/watch/load.ts";
import {
  isFailed,
  type LoadJudging,
  LoadRecorder,
  type LoadResponse,
} from "../../../drills/watch/loadRecorder.ts";

const servers: Server[] = [];
const loads: Load[] = [];

afterEach(async () => {
  for (const load of loads.splice(0)) await load.stop();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}/pay?x=1`;
}

/** Gives sockets their turns until `done`; the clock stands still meanwhile. */
async function settle(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

const JUDGING: LoadJudging = { slowAfterMs: 1_000, slowsByMs: 0 };

function begin(
  clock: ManualClock,
  url: string,
  maxInFlight?: number,
  judging: LoadJudging = JUDGING,
): Load {
  const options = { clock, url, requestsPerSecond: 50, judging };
  const load = startLoad(maxInFlight === undefined ? options : { ...options, maxInFlight });
  loads.push(load);
  return load;
}

describe("load over HTTP", () => {
  it("sends at its rate and reads who answered, and how", async () => {
    const paths = new Set<string | undefined>();
    let count = 0;
    const url = await serve((request, answer) => {
      paths.add(request.url);
      const slot = count++ % 2 === 0 ? "blue" : "green";
      answer.writeHead(slot === "green" ? 503 : 200, { "x-backout-slot": slot }).end("body");
    });
    const clock = new ManualClock(1_000_000);
    const load = begin(clock, url);
    for (let tick = 0; tick < 20; tick++) {
      await clock.advance(10);
      await settle(() => load.snapshot().inFlight === 0);
    }
    const { requests, errors, bySlot, notSent, lastBadWas } = load.snapshot();
    expect({ requests, errors, notSent, lastBadWas }).toEqual({
      requests: 10,
      errors: 5,
      notSent: 0,
      lastBadWas: "503",
    });
    expect(bySlot.blue).toMatchObject({ requests: 5, errors: 0 });
    expect(bySlot.green).toMatchObject({ requests: 5, errors: 5, lastWallMs: 1_000_200 });
    expect(load.recent(100)).toEqual({
      requests: 6,
      errors: 3,
      split: { blue: 3, green: 3, unknown: 0 },
    });
    expect(load.firstBadSince(1_000_100)).toBe(1_000_120);
    expect([...paths]).toEqual(["/pay?x=1"]);
  });

  it("does not stall on a server that never answers: what cannot be sent is counted", async () => {
    let asked = 0;
    const url = await serve(() => {
      asked++;
    });
    const clock = new ManualClock(1_000_000);
    const load = begin(clock, url, 4);
    await clock.advance(1_000);
    await settle(() => asked === 4);
    expect(load.snapshot()).toMatchObject({ requests: 0, inFlight: 4, notSent: 46 });
    await load.stop();
    await clock.advance(1_000);
    expect(load.snapshot().notSent).toBe(46);
    expect(asked).toBe(4);
  });

  it("makes room for a fault that holds every answer back, so that the load goes on", async () => {
    const url = await serve(() => {});
    const clock = new ManualClock(1_000_000);
    const load = begin(clock, url, undefined, { slowAfterMs: 1_000, slowsByMs: 1_500 });
    await clock.advance(4_000);
    expect(load.snapshot()).toMatchObject({ requests: 0, inFlight: 125, notSent: 75 });
  });

  it("no answer is a bad response with its kind", async () => {
    const url = await serve((request) => {
      request.socket.destroy();
    });
    const clock = new ManualClock(1_000_000);
    const load = begin(clock, url);
    await clock.advance(20);
    await settle(() => load.snapshot().inFlight === 0);
    expect(load.snapshot()).toMatchObject({ requests: 1, errors: 1 });
    expect(load.snapshot().lastBadWas).toMatch(/^[A-Z_]+$/);
    expect(load.snapshot().bySlot.unknown.requests).toBe(1);
  });
});

function response(atMs: number, status: number | null): LoadResponse {
  return {
    startedWallMs: atMs,
    completedWallMs: atMs,
    status,
    slot: "green",
    error: status === null ? "ECONNRESET" : null,
  };
}

describe("what is remembered of a load", () => {
  it.each([
    [199, true],
    [200, false],
    [399, false],
    [400, true],
    [404, true],
    [500, true],
    [599, true],
    [null, true],
  ])("status %s has failed: %s", (status, bad) => {
    expect(isFailed({ status })).toBe(bad);
  });

  it.each<[string, number, number, { slow: number; bad: number; lastBadWas: string | null }]>([
    ["a late answer is only counted", 0, 1_001, { slow: 1, bad: 1, lastBadWas: "500" }],
    [
      "where slowness is the fault it is bad",
      9,
      1_001,
      { slow: 1, bad: 2, lastBadWas: "200 after 1001 ms" },
    ],
    ["an answer within the limit is good", 9, 1_000, { slow: 0, bad: 1, lastBadWas: "500" }],
  ])("%s", (_what, slowsByMs, tookMs, expected) => {
    const recorder = new LoadRecorder({ slowAfterMs: 1_000, slowsByMs });
    // A failure is a failure, however long it took.
    recorder.completed({ ...response(5_000, 500), startedWallMs: 0 });
    recorder.completed({ ...response(9_000, 200), startedWallMs: 9_000 - tookMs });
    expect(recorder.snapshot()).toMatchObject({ requests: 2, errors: 1, ...expected });
    expect(recorder.firstBadSince(8_000)).toBe(expected.bad === 2 ? 9_000 : null);
    expect(recorder.snapshot().lastGoodWallMs).toBe(expected.bad === 2 ? null : 9_000);
  });

  it("totals outlive the ring, the newest responses stay in it", () => {
    const recorder = new LoadRecorder(JUDGING);
    for (let at = 1; at <= 10_000; at++) {
      recorder.sent();
      recorder.completed(response(at, at % 2 === 0 ? 500 : 200));
    }
    expect(recorder.snapshot()).toMatchObject({
      requests: 10_000,
      errors: 5_000,
      inFlight: 0,
      lastBadWallMs: 10_000,
      lastGoodWallMs: 9_999,
    });
    expect(recorder.recent(9_901).requests).toBe(100);
    expect(recorder.recent(0).requests).toBe(4_096);
    expect(recorder.firstBadSince(9_001)).toBe(9_002);
    expect(recorder.firstBadSince(10_001)).toBeNull();
  });
});
