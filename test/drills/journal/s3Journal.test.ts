/** A journal in S3, over the lab's wire: what is written, who wins, and what is found afterwards. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { unfinishedRuns } from "../../../drills/journal/journalVerify.ts";
import { isS3, s3Place } from "../../../drills/journal/s3Place.ts";
import { sweep, type SweepPorts } from "../../../drills/undo/sweep.ts";
import { type S3Room, s3Room } from "./s3Room.ts";

let room: S3Room;
beforeEach(async () => {
  room = await s3Room();
});
afterEach(() => room.end());

const entry = (seq: number): string => `drills/entries/${String(seq).padStart(10, "0")}.jsonl`;

test("what is flushed is there, chained, and goes on when it is opened again", async () => {
  const first = await room.open();
  first.append("a", "run.started", { environment: "checkout" });
  await first.flush();
  expect((await room.read()).reading.entries, "before the run goes on").toHaveLength(1);
  for (let step = 1; step <= 3; step++) first.append("a", "step", { step });
  first.append("a", "record", { record: {} });
  first.close();
  await first.ended;

  const second = await room.open();
  expect(second.entries().map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  second.append("b", "run.started");
  await second.flush();
  const { reading } = await room.read();
  expect(reading.problems).toEqual([]);
  expect(reading.entries.map(({ runId }) => runId)).toEqual(["a", "a", "a", "a", "a", "b"]);
  expect(reading.head).toEqual({ schemaVersion: 1, seq: 6, hash: reading.entries[5]?.hash });
  second.close();
  await second.ended;
});

test("samples wait for the next word that matters, and go with it in one object", async () => {
  const journal = await room.open();
  for (let at = 1; at <= 5; at++) journal.append("a", "sample", { sample: at });
  journal.append("a", "fault.injected");
  await journal.flush();
  expect(await room.keys()).toEqual([entry(1), "drills/head.json"]);
  expect((await room.read()).reading.entries).toHaveLength(6);
  journal.close();
  await journal.ended;
});

test("five writers at once: every entry of each is there once, in its order, in one chain", async () => {
  const writers = await Promise.all(Array.from({ length: 5 }, () => room.open()));
  await Promise.all(
    writers.map(async (journal, who) => {
      for (let step = 1; step <= 8; step++) {
        journal.append(`run-${who}`, "step", { step });
        await journal.flush();
      }
      journal.close();
      await journal.ended;
    }),
  );
  const { reading } = await room.read();
  expect(reading.problems).toEqual([]);
  expect(reading.entries).toHaveLength(40);
  for (const who of writers.keys()) {
    const own = reading.entries.filter(({ runId }) => runId === `run-${who}`);
    expect(own.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  }
});

const ports = async (): Promise<SweepPorts> =>
  ({ environment: "checkout", journal: await room.open() }) as unknown as SweepPorts;

describe("a run that another writer is alive with", () => {
  test("is not swept; once nobody said so for two minutes, it is", async () => {
    const alive = await room.open();
    alive.append("a", "run.started", { environment: "checkout" });
    await alive.flush();
    const sweeper = await ports();
    expect(unfinishedRuns(sweeper.journal.entries())).toEqual(["a"]);
    expect(await sweeper.journal.liveHolder?.("a")).toMatch(/^process \d+ on /);
    expect(await sweep(sweeper)).toMatchObject([{ runId: "a", outcome: "elsewhere" }]);

    await room.clock.advance(121_000);
    expect(await sweep(sweeper)).toMatchObject([{ runId: "a", outcome: "swept" }]);

    alive.append("a", "lease.intent");
    await expect(alive.flush()).rejects.toMatchObject({ code: "journal-run-swept" });
    expect(() => alive.append("a", "traffic.intent")).toThrow(/taken for dead and swept/);
    expect((await room.read()).reading.problems).toEqual([]);
    for (const { type } of (await room.read()).reading.entries) expect(type).not.toMatch("intent");
    alive.close();
    await alive.ended;
  });

  test("whose process is gone from this machine is dead at once", async () => {
    const gone = await room.open();
    gone.append("a", "run.started", { environment: "checkout" });
    await gone.flush();
    const lease = JSON.parse(await room.get("drills/runs/a.json")) as { pid: number };
    await room.put("drills/runs/a.json", JSON.stringify({ ...lease, pid: 2 ** 22 + 1 }));
    expect(await (await ports()).journal.liveHolder?.("a")).toBeNull();
    gone.close();
    await gone.ended;
    expect(JSON.parse(await room.get("drills/runs/a.json"))).toMatchObject({ ended: true });
  });
});

describe("finding what was done to it", () => {
  beforeEach(async () => {
    const journal = await room.open();
    for (let step = 1; step <= 3; step++) {
      journal.append("a", "step", { step });
      await journal.flush();
    }
    journal.close();
    await journal.ended;
  });

  test.each<[string, () => Promise<void>, object]>([
    ["the newest object gone", () => room.remove(entry(3)), { kind: "truncated", seq: 3 }],
    ["one in the middle gone", () => room.remove(entry(2)), { kind: "missing", seq: 2 }],
    [
      "one changed",
      async () => room.put(entry(2), (await room.get(entry(2))).replace('"step":2', '"step":7')),
      { kind: "changed", seq: 2 },
    ],
    ["the head gone", () => room.remove("drills/head.json"), { kind: "head" }],
    ["a head that is none", () => room.put("drills/head.json", "{}"), { kind: "head" }],
  ])("%s", async (_what, tamper, problem) => {
    await tamper();
    expect((await room.read()).reading.problems).toEqual([expect.objectContaining(problem)]);
    await expect(room.open()).rejects.toMatchObject({ code: "journal-broken" });
  });

  test("a writer whose place was taken by what is no part of the chain stops, and says so", async () => {
    const journal = await room.open();
    await room.put(entry(4), "rubbish\n");
    journal.append("a", "step");
    await expect(journal.flush()).rejects.toMatchObject({ code: "journal-broken" });
    expect(await room.get(entry(4))).toBe("rubbish\n");
    journal.close();
    await journal.ended;
  });
});

test("an S3 that is gone for a while: nothing is lost, and the next flush writes it", async () => {
  const trouble: string[] = [];
  const journal = await room.open(undefined, (text) => trouble.push(text));
  const send = room.client.send.bind(room.client);
  room.client.send = () => Promise.reject(new Error("no route to host"));
  journal.append("a", "step", { step: 1 });
  await expect(journal.flush()).rejects.toMatchObject({
    code: "journal-not-written",
    message: expect.stringContaining("no route to host"),
  });
  expect(trouble.join()).toContain("no route to host");
  room.client.send = send;
  journal.append("a", "step", { step: 2 });
  await journal.flush();
  const { entries, problems } = (await room.read()).reading;
  expect([entries.map(({ step }) => step), problems]).toEqual([[1, 2], []]);
  journal.close();
  await journal.ended;
});

test("a request that is sent again, for its first answer was lost, does not write twice", async () => {
  const journal = await room.open();
  const send = room.client.send.bind(room.client);
  let once = true;
  room.client.send = (async (command: object) => {
    const answer = await send(command as never);
    if (command.constructor.name !== "PutObjectCommand" || !once) return answer;
    once = false;
    return send(command as never);
  }) as never;
  journal.append("a", "step", { step: 1 });
  await journal.flush();
  expect((await room.read()).reading.entries).toHaveLength(1);
  journal.close();
  await journal.ended;
});

describe("a place that will not do", () => {
  test("a bucket that is not there", async () => {
    await expect(room.open("s3://nowhere/x")).rejects.toMatchObject({
      kind: "usage",
      code: "journal-no-bucket",
    });
  });

  test("a journal of a newer Backout", async () => {
    await room.put("drills/head.json", `{"schemaVersion":2,"seq":0,"hash":"${"0".repeat(64)}"}`);
    await expect(room.open()).rejects.toThrow(/schema version 2, this Backout knows version 1/);
  });

  test.each([
    ["s3://", ["--journal: bucket"]],
    ["s3://Team/x", ["--journal: bucket"]],
    ["s3:team", ["--journal: bucket"]],
    ["S3://team/x", ["--journal: bucket"]],
    ["https://team/x", ["--journal: bucket"]],
    ["s3://team//x", ["--journal: prefix"]],
    ["s3://a/b c?d", ["--journal: bucket", "--journal: prefix"]],
  ])("%s", (place, fields) => {
    expect(isS3(place)).toBe(true);
    expect(() => s3Place(place)).toThrow(
      expect.objectContaining({
        code: "bad-input",
        problems: fields.map((field) => expect.objectContaining({ field })),
      }),
    );
  });
});
