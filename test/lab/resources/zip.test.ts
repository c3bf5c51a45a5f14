import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readZip } from "../../../lab/lambda/zip.ts";
import { archiveBytes } from "../../../lab/resources/assets.ts";
import { ARCHIVE, ASSET, SIGNATURE } from "../../../lab/resources/values.ts";
import { zip } from "../../../lab/resources/zip.ts";

const bytes = (text: string) => Buffer.from(text, "utf8");
const contents = (packed: Uint8Array) =>
  readZip(packed).map((entry) => [entry.name, entry.data.toString()]);

test("A zip depends on its entries only, not on their order", () => {
  const one = zip([
    { name: "b.js", bytes: bytes("b") },
    { name: "ä/a.js", bytes: bytes("a".repeat(10_000)) },
  ]);
  const two = zip([
    { name: "ä/a.js", bytes: bytes("a".repeat(10_000)) },
    { name: "b.js", bytes: bytes("b") },
  ]);
  expect(Buffer.compare(one, two)).toBe(0);
  expect(contents(one)).toEqual([
    ["b.js", "b"],
    ["ä/a.js", "a".repeat(10_000)],
  ]);
  expect(readZip(one).map((entry) => entry.mode)).toEqual([0o644, 0o644]);
});

test("An archive is packed from text, files and directories", async () => {
  const directory = await mkdtemp(join(tmpdir(), "backout-zip-"));
  try {
    await mkdir(join(directory, "tree", "deep"), { recursive: true });
    await writeFile(join(directory, "one.txt"), "one");
    await writeFile(join(directory, "tree", "deep", "two.txt"), "two");
    const packed = await archiveBytes({
      [SIGNATURE]: ARCHIVE,
      assets: {
        "index.js": { [SIGNATURE]: ASSET, text: "code" },
        "one.txt": { [SIGNATURE]: ASSET, path: join(directory, "one.txt") },
        lib: { [SIGNATURE]: ARCHIVE, path: join(directory, "tree") },
      },
    });
    expect(contents(packed)).toEqual([
      ["index.js", "code"],
      ["lib/deep/two.txt", "two"],
      ["one.txt", "one"],
    ]);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test("What would have to be fetched is refused", async () => {
  const remote = { [SIGNATURE]: ASSET, uri: "https://example.com/x" };
  const archive = { [SIGNATURE]: ARCHIVE, assets: { x: remote } };
  await expect(archiveBytes(archive)).rejects.toThrow(/remote assets/);
});
