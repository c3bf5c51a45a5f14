/** The error that tells Pulumi's engine that a resource exists, though not as it should be. */
import { createRequire } from "node:module";
import status from "@pulumi/pulumi/proto/status_pb.js";
import { grpc, provider, RpcError, toWire } from "../engine/proto.ts";
import type { SettlingError } from "../resources/types.ts";
import type { Properties } from "../resources/values.ts";

const { Any } = createRequire(
  createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"),
)("google-protobuf/google/protobuf/any_pb.js") as {
  readonly Any: new () => { pack(bytes: Uint8Array, name: string): void };
};

/** grpc-js has no details: they travel in `grpc-status-details-bin`, as Go's do. */
export function initFailure(error: SettlingError, properties: Properties): RpcError {
  const detail = new provider.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(toWire(properties));
  detail.setReasonsList([error.message]);
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const message = new status.Status();
  message.setCode(grpc.status.UNKNOWN);
  message.setMessage(error.message);
  message.addDetails(any as never);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(message.serializeBinary()));
  return new RpcError(grpc.status.UNKNOWN, error.message, metadata);
}
