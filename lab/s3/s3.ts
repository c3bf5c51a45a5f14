/** S3: general purpose buckets and objects in memory, path-style, without versions. */
import { AwsError, ServiceName } from "../service.ts";
import type { LabCore, LabService, Operation } from "../service.ts";
import type { Authority } from "../wire/dispatch.ts";
import { bucketOperations } from "./buckets.ts";
import { listingOperations } from "./listing.ts";
import { objectOperations } from "./objects.ts";
import type { S3Ports } from "./ports.ts";
import { bucketArn, BucketStore, objectArn } from "./store.ts";

export class S3 implements LabService {
  readonly name = ServiceName.S3;
  readonly operations: Readonly<Record<string, Operation>>;

  constructor(core: Pick<LabCore, "clock">, authority: Pick<Authority, "authorize">) {
    const now = (): number => core.clock.now();
    const store = new BucketStore();
    this.operations = {
      ...bucketOperations(store, now),
      ...listingOperations(store),
      ...objectOperations(store, portsOf(authority), now),
    };
  }

  resourcesOf(operation: string, input: Record<string, unknown>): readonly string[] {
    const { Bucket, Key, Delete } = input;
    if (typeof Bucket !== "string") return ["*"];
    if (operation === "DeleteObjects") return keysIn(Delete).map((key) => objectArn(Bucket, key));
    return [typeof Key === "string" ? objectArn(Bucket, Key) : bucketArn(Bucket)];
  }
}

function portsOf(authority: Pick<Authority, "authorize">): S3Ports {
  return {
    require(principal, action, resource) {
      if (principal.kind === "user") return;
      const verdict = authority.authorize(principal, action, [resource]);
      if (!verdict.allowed) throw new AwsError("AccessDenied", verdict.message, 403);
    },
  };
}

function keysIn(given: unknown): string[] {
  const { Objects } = (given ?? {}) as { readonly Objects?: readonly { readonly Key?: string }[] };
  return (Objects ?? []).flatMap(({ Key }) => Key ?? []);
}
