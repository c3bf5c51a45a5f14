import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readBody } from "../../../lab/wire/request.ts";

const code = (name: string) => expect.objectContaining({ code: name });

test("a body arrives whole, whatever pieces it came in", async () => {
  const body = await readBody(Readable.from([Buffer.from("ab"), Buffer.from("c")]), undefined);
  expect(Buffer.from(body).toString()).toBe("abc");
});

test("a gzipped body is unpacked", async () => {
  const body = await readBody(Readable.from([gzipSync("abc")]), "gzip");
  expect(Buffer.from(body).toString()).toBe("abc");
});

test("a body over the limit is refused", async () => {
  const body = Readable.from([Buffer.alloc(6), Buffer.alloc(6)]);
  await expect(readBody(body, undefined, 10)).rejects.toEqual(
    code("RequestEntityTooLargeException"),
  );
});

test("so is one that unpacks to more than the limit", async () => {
  const body = Readable.from([gzipSync(Buffer.alloc(10_000))]);
  await expect(readBody(body, "gzip", 1000)).rejects.toEqual(
    code("RequestEntityTooLargeException"),
  );
});

test("a client that goes away half way is the client's error", async () => {
  const body = new Readable({
    read() {
      this.destroy(new Error("aborted"));
    },
  });
  await expect(readBody(body, undefined)).rejects.toEqual(code("IncompleteBody"));
});
