/** What a protocol is to the server: find the operation, decode its input, encode its end. */
import type { Failure } from "./errors.ts";
import type { WireRequest, WireResponse } from "./request.ts";
import type { OperationModel, ServiceModel, Shape } from "./schemas.ts";

export interface Found {
  /** As the request spells it. */
  readonly name: string;
  /** Undefined when the schema has no such operation. */
  readonly operation: OperationModel | undefined;
  /** Decodes the input; throws an AwsError when it is malformed. */
  input(): Record<string, unknown>;
}

/** One request's protocol: what the headers told is already in it. */
export interface Codec {
  /** Throws an AwsError when the request names no operation at all. */
  find(model: ServiceModel, request: WireRequest): Found;
  result(operation: OperationModel, output: object, requestId: string): WireResponse;
  failure(failure: Failure, requestId: string): WireResponse;
}

/** For protocols whose headers or path name the operation. */
export function findNamed(
  model: ServiceModel,
  name: string,
  read: (shape: Shape) => Record<string, unknown>,
): Found {
  const operation = model.operations.get(name);
  return { name, operation, input: () => (operation ? read(operation.input) : {}) };
}
