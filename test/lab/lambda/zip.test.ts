/** The reader of deployment packages, against our own and damaged archives. */
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { wallClock } from "../../../base/clock.ts";
import { unpackCode } from "../../../lab/lambda/code.ts";
import { readZip } from "../../../lab/lambda/zip.ts";
import type { LabCore } from "../../../lab/service.ts";
import { zipOf } from "./zipFile.ts";

test("what was packed is read back, stored or deflated", () => {
  const files = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}(\/[a-zé]{1,8})?$/), fc.string());
  fc.assert(
    fc.property(files, fc.boolean(), (packed, stored) => {
      const read = readZip(zipOf(packed, stored)).map(({ name, data }) => [name, String(data)]);
      expect(Object.fromEntries(read)).toEqual({ ...packed });
    }),
  );
});

test("an archive with bytes before it in its buffer is read", () => {
  const zip = zipOf({ "a.txt": "hello" });
  const shared = Buffer.concat([Buffer.from("noise"), zip]);
  expect(
    String(readZip(new Uint8Array(shared.buffer, shared.byteOffset + 5, zip.length))[0]?.data),
  ).toBe("hello");
});

const zip = zipOf({ "index.mjs": "export const handler = () => 1;" });
test.each([
  ["nothing", Buffer.alloc(0), "no end of central directory"],
  ["no zip", Buffer.from("x".repeat(100)), "no end of central directory"],
  ["a cut one", zip.subarray(40), "central directory"],
  ["changed contents", Buffer.from(zip).fill(0, 45, 50), "does not unzip|wrong checksum"],
])("%s is refused", (_, bytes, message) => {
  expect(() => readZip(bytes)).toThrow(new RegExp(message));
});

/** Reads, and lets only errors of the reader's own through. */
function attempt(bytes: Buffer): void {
  try {
    readZip(bytes);
  } catch (error) {
    if (!(error instanceof Error) || error instanceof RangeError) throw error;
  }
}

test("no damage to one byte leads the reader out of the archive", () => {
  fc.assert(
    fc.property(fc.nat(zip.length - 1), fc.nat(255), (at, value) => {
      const damaged = Buffer.from(zip);
      damaged[at] = value;
      expect(() => attempt(damaged)).not.toThrow();
    }),
  );
});

test("an entry that leads out of the package is refused, and nothing is written there", async () => {
  const directory = mkdtempSync(join(tmpdir(), "zip-"));
  const core: LabCore = {
    clock: wallClock(),
    id: "0",
    directory,
    endpoint: "",
    keeper: { spawn: () => expect.unreachable(), stop: () => Promise.resolve() },
    log: () => {},
  };
  const evil = zipOf({ "../../../out.txt": "gotcha" });
  await expect(unpackCode(core, "f", evil)).rejects.toThrow("leads out of the package");
  expect(readdirSync(directory)).not.toContain("out.txt");
});
