/** S3 through the SDK's own client, over the wire of a whole lab. */
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Lab, startLab } from "../../../lab/lab.ts";
import { signedAs } from "../wire/labServer.ts";

const Bucket = "drill-journals";
let lab: Lab;
let s3: S3Client;

beforeAll(async () => {
  lab = await startLab({
    images: {},
    manualClock: true,
    startAtMs: Date.parse("2026-03-14T09:26:53.5Z"),
  });
  s3 = clientOf("test");
});
afterAll(async () => {
  s3.destroy();
  await lab.stop();
});

function clientOf(accessKeyId: string): S3Client {
  return new S3Client({
    endpoint: lab.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId, secretAccessKey: "test" },
    forcePathStyle: true,
    maxAttempts: 1,
  });
}

beforeEach(async () => {
  await s3.send(new CreateBucketCommand({ Bucket }));
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  if (Contents.length > 0) {
    await s3.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: { Objects: Contents.map(({ Key }) => ({ Key: Key ?? "" })), Quiet: true },
      }),
    );
  }
});

const documentOf = (Statement: object): string =>
  JSON.stringify({ Version: "2012-10-17", Statement });

/** A client that signs as a role with these statements. */
async function roleClient(statements: readonly object[]): Promise<S3Client> {
  const iam = new IAMClient({
    endpoint: lab.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const RoleName = `journal-${++roles}`;
  const trust = { Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" };
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: documentOf([trust]) }),
  );
  const PolicyDocument = documentOf(statements);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "s3", PolicyDocument }));
  const sts = new STSClient({
    endpoint: lab.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "drill" }),
  );
  return new S3Client({
    endpoint: lab.endpoint,
    region: "us-east-1",
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    },
    forcePathStyle: true,
    maxAttempts: 1,
  });
}
let roles = 0;

const put = (Key: string, Body: string, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));

const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => "none",
    (error: { name: string; $metadata?: { httpStatusCode?: number } }) => [
      error.name,
      error.$metadata?.httpStatusCode,
    ],
  );

describe("objects", () => {
  test("come back as they were put, with their ETag, metadata and checksum", async () => {
    const Key = "a/ü b+c&d.jsonl";
    const put1 = await put(Key, "hello\n", { ContentType: "text/plain", Metadata: { who: "me" } });
    const etag = `"${createHash("md5").update("hello\n").digest("hex")}"`;
    expect(put1).toMatchObject({
      ETag: etag,
      ChecksumCRC32: "NjowIA==",
      ChecksumType: "FULL_OBJECT",
    });
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(await got.Body?.transformToString()).toBe("hello\n");
    expect(got).toMatchObject({
      ETag: etag,
      ContentLength: 6,
      ContentType: "text/plain",
      Metadata: { who: "me" },
      ChecksumCRC32: "NjowIA==",
      LastModified: new Date("2026-03-14T09:26:53Z"),
    });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head).toMatchObject({ ETag: etag, ContentLength: 6 });
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(await failure(s3.send(new GetObjectCommand({ Bucket, Key })))).toEqual([
      "NoSuchKey",
      404,
    ]);
    expect(await failure(s3.send(new HeadObjectCommand({ Bucket, Key })))).toEqual([
      "NotFound",
      404,
    ]);
  });

  test("a stream goes as aws-chunked with its checksum in a trailer", async () => {
    const Body = Readable.from([Buffer.from("one "), Buffer.from("two")]);
    const put2 = await s3.send(
      new PutObjectCommand({ Bucket, Key: "stream", Body, ContentLength: 7 }),
    );
    expect(put2.ChecksumCRC32).toBeDefined();
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "stream" }));
    expect(await text(got.Body as Readable)).toBe("one two");
    expect(got.ContentEncoding).toBeUndefined();
  });

  test("a checksum that does not fit is refused, and nothing is put", async () => {
    expect(await failure(put("bad", "hello", { ChecksumCRC32: "AAAAAA==" }))).toEqual([
      "BadDigest",
      400,
    ]);
    expect(await failure(s3.send(new HeadObjectCommand({ Bucket, Key: "bad" })))).toEqual([
      "NotFound",
      404,
    ]);
  });

  test.each([
    ["bytes=0-1", "ab", "bytes 0-1/6"],
    ["bytes=4-", "ef", "bytes 4-5/6"],
    ["bytes=-2", "ef", "bytes 4-5/6"],
    ["bytes=2-99", "cdef", "bytes 2-5/6"],
    ["bytes=3-1", "abcdef", undefined],
    ["lines=1-2", "abcdef", undefined],
  ])("Range %s", async (Range, body, ContentRange) => {
    await put("ranged", "abcdef");
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "ranged", Range }));
    expect(await got.Body?.transformToString()).toBe(body);
    expect(got.ContentRange).toBe(ContentRange);
  });

  test("a range behind the end", async () => {
    await put("ranged", "abcdef");
    const asked = s3.send(new GetObjectCommand({ Bucket, Key: "ranged", Range: "bytes=6-" }));
    expect(await failure(asked)).toEqual(["InvalidRange", 416]);
  });
});

describe("conditional writes", () => {
  test("If-None-Match: * lets one of many through", async () => {
    const writers = ["a", "b", "c", "d", "e"].map((who) =>
      failure(put("lock", who, { IfNoneMatch: "*" })),
    );
    const ends = await Promise.all(writers);
    expect(ends.filter((end) => end === "none")).toHaveLength(1);
    expect(ends.filter((end) => end !== "none")).toEqual(
      Array.from({ length: 4 }, () => ["PreconditionFailed", 412]),
    );
  });

  test("If-Match goes by the ETag that is there", async () => {
    const { ETag } = await put("head", "1");
    await put("head", "2", { IfMatch: ETag });
    expect(await failure(put("head", "3", { IfMatch: ETag }))).toEqual(["PreconditionFailed", 412]);
    expect(await failure(put("none", "3", { IfMatch: ETag }))).toEqual(["NoSuchKey", 404]);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "head" }));
    expect(await got.Body?.transformToString()).toBe("2");
  });
});

describe("listing", () => {
  test("pages in the order of UTF-8 bytes, none twice and none left out", async () => {
    const keys = ["j/10", "j/2", "j/é", "j/z", "k", "j/𝒳", "j/\uFB00"];
    for (const key of keys) await put(key, key);
    const pages = paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket, Prefix: "j/" });
    const seen: (string | undefined)[][] = [];
    for await (const { Contents = [] } of pages) seen.push(Contents.map(({ Key }) => Key));
    expect(seen).toEqual([
      ["j/10", "j/2"],
      ["j/z", "j/é"],
      ["j/\uFB00", "j/𝒳"],
    ]);
  });

  test("a delimiter groups, also over pages", async () => {
    for (const key of ["a/1", "a/2", "b", "c/1", "c/2", "d"]) await put(key, key);
    const pages = paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket, Delimiter: "/" });
    const seen: object[] = [];
    for await (const { Contents = [], CommonPrefixes = [], KeyCount } of pages) {
      seen.push([
        Contents.map(({ Key }) => Key),
        CommonPrefixes.map(({ Prefix }) => Prefix),
        KeyCount,
      ]);
    }
    expect(seen).toEqual([
      [["b"], ["a/"], 2],
      [["d"], ["c/"], 2],
    ]);
  });
});

describe("buckets", () => {
  test("are made, seen, listed, and go when they are empty", async () => {
    await s3.send(new HeadBucketCommand({ Bucket }));
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual([Bucket]);
    await put("x", "x");
    const remove = () => s3.send(new DeleteBucketCommand({ Bucket }));
    expect(await failure(remove())).toEqual(["BucketNotEmpty", 409]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "x" }));
    await remove();
    expect(await failure(s3.send(new HeadBucketCommand({ Bucket })))).toEqual(["NotFound", 404]);
    expect(await failure(put("x", "x"))).toEqual(["NoSuchBucket", 404]);
  });

  test("a name that S3 does not take", async () => {
    for (const name of ["Upper", "a..b", "192.168.5.4", "ab"]) {
      const made = s3.send(new CreateBucketCommand({ Bucket: name }));
      expect(await failure(made)).toEqual(["InvalidBucketName", 400]);
    }
  });
});

describe("a role may do what its policies say of buckets and objects", () => {
  const objects = `arn:aws:s3:::${Bucket}/ci/*`;
  const denied = ["AccessDenied", 403];

  test("by prefix, for reading and writing apart", async () => {
    const writer = await roleClient([
      { Effect: "Allow", Action: "s3:PutObject", Resource: objects },
    ]);
    const as = (command: unknown) => failure(writer.send(command as never));
    const at = (Key: string) => ({ Bucket, Key });
    expect(await as(new PutObjectCommand({ ...at("ci/1"), Body: "1" }))).toBe("none");
    expect(await as(new PutObjectCommand({ ...at("other/1"), Body: "1" }))).toEqual(denied);
    expect(await as(new GetObjectCommand(at("ci/1")))).toEqual(denied);
    expect(await as(new DeleteObjectCommand(at("ci/1")))).toEqual(denied);
    expect(await as(new ListObjectsV2Command({ Bucket }))).toEqual(denied);
    const { ETag } = await put("ci/1", "2");
    const conditional = new PutObjectCommand({ ...at("ci/1"), Body: "3", IfMatch: ETag });
    expect(await as(conditional), "If-Match reads as well").toEqual(denied);
  });

  test("what is not there is forbidden to whoever may not list", async () => {
    const reading = { Effect: "Allow", Action: "s3:GetObject", Resource: objects };
    const listing = {
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: `arn:aws:s3:::${Bucket}`,
    };
    const get = new GetObjectCommand({ Bucket, Key: "ci/nothing" });
    expect(await failure((await roleClient([reading])).send(get))).toEqual(denied);
    expect(await failure((await roleClient([reading, listing])).send(get))).toEqual([
      "NoSuchKey",
      404,
    ]);
  });

  test("listing by prefix, as the condition key says", async () => {
    const Condition = { StringLike: { "s3:prefix": "ci/*" } };
    const Resource = `arn:aws:s3:::${Bucket}`;
    const lister = await roleClient([
      { Effect: "Allow", Action: "s3:ListBucket", Resource, Condition },
    ]);
    expect(await failure(lister.send(new ListObjectsV2Command({ Bucket, Prefix: "ci/" })))).toBe(
      "none",
    );
    expect(await failure(lister.send(new ListObjectsV2Command({ Bucket })))).toEqual(denied);
  });
});

test("what the lab does not have is refused by its name", async () => {
  const policy = s3.send(new GetBucketPolicyCommand({ Bucket }));
  await expect(policy).rejects.toThrow("The lab does not implement S3's operation GetBucketPolicy");
  await expect(put("x", "x", { StorageClass: "GLACIER" })).rejects.toThrow(
    "the lab does not implement the parameter StorageClass",
  );
  expect(await failure(put("x", "x", { Tagging: "a=b" }))).toEqual(["NotImplemented", 501]);
});

test("a client without the SDK's marks in the query: the plain operation, not a part or a copy", async () => {
  const url = `${lab.endpoint}/${Bucket}/plain%20key`;
  const headers = signedAs("s3");
  expect((await fetch(url, { method: "PUT", headers, body: "hello" })).status).toBe(200);
  expect(await (await fetch(url, { headers })).text()).toBe("hello");
  const part = await fetch(`${url}?partNumber=1&uploadId=x`, { method: "PUT", headers, body: "x" });
  expect(part.status).toBe(501);
  expect(await part.text()).toContain("<Code>NotImplemented</Code>");
  expect((await fetch(url, { method: "DELETE", headers })).status).toBe(204);
});
