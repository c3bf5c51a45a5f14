/** The error that tells Pulumi's engine that a resource exists, though not as it should be. */
import { grpc, packed, provider, RpcError, status, toWire } from "../engine/proto.ts";
import type { SettlingError } from "../resources/types.ts";
import type { Properties } from "../resources/values.ts";

/** grpc-js has no details: they travel in `grpc-status-details-bin`, as Go's do. */
export function initFailure(error: SettlingError, properties: Properties): RpcError {
  const detail = new provider.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(toWire(properties));
  detail.setReasonsList([error.message]);
  const message = new status.Status();
  message.setCode(grpc.status.UNKNOWN);
  message.setMessage(error.message);
  message.addDetails(packed(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed"));
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(message.serializeBinary()));
  return new RpcError(grpc.status.UNKNOWN, error.message, metadata);
}
