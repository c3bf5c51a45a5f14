/** Buckets: create, head, list and delete. */
import type * as Sdk from "@aws-sdk/client-s3";
import { AwsError, type Operation, REGION } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import { type BucketStore, bucketArn, inOrder } from "./store.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const NAME = /^(?!xn--|sthree-|\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export function bucketOperations(store: BucketStore, now: () => number): Record<string, Operation> {
  return {
    CreateBucket: (input: Sdk.CreateBucketCommandInput): object => {
      refuseUnsupported("CreateBucket", input, ["Bucket", "CreateBucketConfiguration"]);
      const { Bucket: name = "", CreateBucketConfiguration: configuration = {} } = input;
      refuseUnsupported("CreateBucket", configuration, ["LocationConstraint"]);
      if (!NAME.test(name)) {
        throw new AwsError("InvalidBucketName", "The specified bucket is not valid.");
      }
      // us-east-1 is named by leaving the constraint out.
      if (configuration.LocationConstraint !== undefined) {
        throw new AwsError(
          "InvalidLocationConstraint",
          `The specified location-constraint is not valid in ${REGION}`,
        );
      }
      // In us-east-1, and there alone, creating a bucket of one's own again is a success.
      if (!store.buckets.has(name)) {
        store.buckets.set(name, { name, createdMs: now(), objects: new Map() });
      }
      return { Location: `/${name}`, BucketArn: bucketArn(name) };
    },

    HeadBucket: (input: Sdk.HeadBucketCommandInput): object => {
      refuseUnsupported("HeadBucket", input, ["Bucket", "ExpectedBucketOwner"]);
      store.bucket(input.Bucket);
      return { BucketRegion: REGION, AccessPointAlias: false };
    },

    ListBuckets: (input: Sdk.ListBucketsCommandInput): object => {
      refuseUnsupported("ListBuckets", input, []);
      return {
        Buckets: inOrder(store.buckets.keys()).map((Name) => ({
          Name,
          CreationDate: new Date(store.bucket(Name).createdMs),
        })),
      };
    },

    DeleteBucket: (input: Sdk.DeleteBucketCommandInput): object => {
      refuseUnsupported("DeleteBucket", input, ["Bucket", "ExpectedBucketOwner"]);
      const { name, objects } = store.bucket(input.Bucket);
      if (objects.size > 0) {
        throw new AwsError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409);
      }
      store.buckets.delete(name);
      return {};
    },
  };
}
