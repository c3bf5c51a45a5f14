/** A bucket of a lab in this process, and journals in it. */
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { ManualClock } from "../../../base/clock.ts";
import { openS3Journal, type S3Journal } from "../../../drills/journal/s3Journal.ts";
import { S3Objects } from "../../../drills/journal/s3Objects.ts";
import { s3Place } from "../../../drills/journal/s3Place.ts";
import { readS3, type S3Reading } from "../../../drills/journal/s3Reading.ts";
import { startLab } from "../../../lab/lab.ts";

export const START_MS = Date.parse("2026-03-14T09:00:00.000Z");
const Bucket = "team";

export interface S3Room {
  readonly client: S3Client;
  readonly clock: ManualClock;
  open(place?: string, onTrouble?: (text: string) => void): Promise<S3Journal>;
  read(place?: string): Promise<S3Reading>;
  keys(): Promise<string[]>;
  get(key: string): Promise<string>;
  put(key: string, body: string): Promise<void>;
  remove(key: string): Promise<void>;
  end(): Promise<void>;
}

export async function s3Room(): Promise<S3Room> {
  const lab = await startLab({ images: {}, manualClock: true, startAtMs: START_MS });
  const client = new S3Client({
    endpoint: lab.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    forcePathStyle: true,
    maxAttempts: 1,
  });
  await client.send(new CreateBucketCommand({ Bucket }));
  const clock = new ManualClock(START_MS);
  const place = `s3://${Bucket}/drills`;
  return {
    client,
    clock,
    open: (at = place, onTrouble = () => {}) =>
      openS3Journal({ client, place: s3Place(at), clock, onTrouble }),
    read: (at = place) => readS3(new S3Objects(client, s3Place(at)), at),
    async keys() {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
      return Contents.flatMap(({ Key }) => Key ?? []);
    },
    async get(Key) {
      const found = await client.send(new GetObjectCommand({ Bucket, Key }));
      return (await found.Body?.transformToString()) ?? "";
    },
    async put(Key, Body) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body }));
    },
    async remove(Key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
    },
    async end() {
      client.destroy();
      await lab.stop();
    },
  };
}
