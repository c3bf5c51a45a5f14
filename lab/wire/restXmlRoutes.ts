/**
 * Which of S3's operations a request means, path-style: the bucket is the path's first segment, the key
 * all that follows. Not by `restRoutes`: the SDK's templates leave the bucket to the endpoint's rules.
 */
import { AwsError } from "../service.ts";
import type { WireHead } from "./request.ts";
import type { OperationModel, ServiceModel } from "./schemas.ts";

export interface S3Match {
  readonly operation: OperationModel | undefined;
  /** As asked, when there is no such operation. */
  readonly name: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
}

/** Those that differ from a plain one only in what the SDK marks by `x-id`, and other clients do not. */
const MARKED_BY: Readonly<Record<string, (request: WireHead) => boolean>> = {
  AbortMultipartUpload: ({ query }) => query.has("uploadId"),
  CompleteMultipartUpload: ({ query }) => query.has("uploadId"),
  CopyObject: ({ headers, query }) => "x-amz-copy-source" in headers && !query.has("partNumber"),
  ListDirectoryBuckets: () => false,
  ListParts: ({ query }) => query.has("uploadId"),
  UploadPart: ({ headers, query }) => query.has("partNumber") && !("x-amz-copy-source" in headers),
  UploadPartCopy: ({ headers, query }) => query.has("partNumber") && "x-amz-copy-source" in headers,
};

/** Throws `InvalidURI` for a path that cannot be decoded. */
export function matchS3(model: ServiceModel, request: WireHead): S3Match {
  const [, bucketPart = "", keyPart] = /^\/([^/]*)(?:\/(.*))?$/s.exec(request.path) ?? [];
  const bucket = bucketPart === "" ? undefined : decode(bucketPart);
  const key = keyPart === undefined || keyPart === "" ? undefined : decode(keyPart);
  const found = [...model.operations.values()]
    .map((operation) => ({ operation, fixed: fixedParameters(operation) }))
    .filter(({ operation, fixed }) => fits(operation, fixed, request, bucket, key))
    .sort(
      (a, b) =>
        b.fixed.length - a.fixed.length ||
        marked(b.operation, request) - marked(a.operation, request),
    );
  const chosen = found[0];
  // `?policy` asks for the policy also where there is none to ask for: never for the plain thing.
  const special = subresourcesOf(model);
  const isPlain = [...request.query.keys()].every(
    (name) => !special.has(name) || chosen?.fixed.some(([fixed]) => fixed === name),
  );
  const operation = isPlain ? chosen?.operation : undefined;
  return { operation, name: operation?.name ?? `${request.method} ${request.path}`, bucket, key };
}

function fits(
  { name, http }: OperationModel,
  fixed: readonly (readonly [string, string])[],
  request: WireHead,
  bucket: string | undefined,
  key: string | undefined,
): boolean {
  if (!http || http[0] !== request.method) return false;
  const path = http[1].split("?")[0];
  if (path !== "/" && path !== "/{Key+}") return false;
  if ((path === "/{Key+}") !== (key !== undefined)) return false;
  if ((name === "ListBuckets" || name === "ListDirectoryBuckets") !== (bucket === undefined)) {
    return false;
  }
  if (!fixed.every(([parameter, value]) => request.query.get(parameter) === value)) return false;
  return MARKED_BY[name]?.(request) ?? true;
}

function marked({ name }: OperationModel, request: WireHead): number {
  return name in MARKED_BY || request.query.get("x-id") === name ? 1 : 0;
}

/** Of the template's query, without the mark that only SDKs send. */
function fixedParameters({ http }: OperationModel): (readonly [string, string])[] {
  return [...new URLSearchParams(http?.[1].split("?")[1] ?? "")].filter(
    ([name]) => name !== "x-id",
  );
}

const subresources = new WeakMap<ServiceModel, ReadonlySet<string>>();

function subresourcesOf(model: ServiceModel): ReadonlySet<string> {
  let known = subresources.get(model);
  if (!known) {
    const all = [...model.operations.values()].flatMap(fixedParameters);
    known = new Set(all.map(([name]) => name));
    subresources.set(model, known);
  }
  return known;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new AwsError("InvalidURI", "Couldn't parse the specified URI.");
  }
}
