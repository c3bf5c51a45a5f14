/** restJson1 as Lambda uses it: parts of the input in the path, query and headers. */
import { AwsError } from "../service.ts";
import type { Codec, Found } from "./codec.ts";
import type { Failure } from "./errors.ts";
import { readJson, writeJson, writeJsonError } from "./json.ts";
import type { WireRequest, WireResponse } from "./request.ts";
import { matchRoute } from "./restRoutes.ts";
import { formatScalar, parseScalar } from "./scalars.ts";
import { elementOf, kindOf, membersOf, ShapeKind, traitsOf } from "./schemas.ts";
import type { OperationModel, ServiceModel, Shape } from "./schemas.ts";
import { bytesOf, presentMembers } from "./tree.ts";

const JSON_TYPE = "application/json";

export const restCodec: Codec = {
  find(model: ServiceModel, request: WireRequest): Found {
    const match = matchRoute(model, request);
    if (!match) {
      return { name: `${request.method} ${request.path}`, operation: undefined, input: () => ({}) };
    }
    const { operation, labels } = match;
    return { name: operation.name, operation, input: () => readInput(operation, request, labels) };
  },
  result: writeOutput,
  failure: (failure) => ({
    status: failure.status,
    headers: {
      "content-type": JSON_TYPE,
      "x-amzn-errortype": failure.name,
      ...headersOf(failure),
    },
    body: writeJsonError(failure, {}),
  }),
};

/** Lambda's TooManyRequestsException tells its `Retry-After` so. */
function headersOf(failure: Failure): Record<string, string> {
  if (!failure.shape) return {};
  return Object.fromEntries(
    presentMembers(failure.shape, failure.members).flatMap(([, member, value]) => {
      const header = traitsOf(member).httpHeader;
      return header === undefined ? [] : [[header, formatScalar(value)]];
    }),
  );
}

function readInput(
  operation: OperationModel,
  request: WireRequest,
  labels: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const input: [string, unknown][] = [];
  let payload: readonly [string, Shape] | undefined;
  const inBody = new Set<string>();
  for (const [name, member] of membersOf(operation.input)) {
    const traits = traitsOf(member);
    if (traits.httpLabel !== undefined) {
      pushText(input, name, member, labels.get(name));
    } else if (traits.httpQuery !== undefined) {
      pushQuery(input, name, member, request.query.getAll(traits.httpQuery));
    } else if (traits.httpHeader !== undefined) {
      pushText(input, name, member, request.headers[traits.httpHeader.toLowerCase()]);
    } else if (isPayload(member)) {
      payload = [name, member];
    } else {
      inBody.add(name);
    }
  }
  if (payload) input.push(...readPayload(payload, request.body));
  if (inBody.size > 0) {
    const body = Object.entries(readJson(operation.input, request.body));
    input.push(...body.filter(([name]) => inBody.has(name)));
  }
  return Object.fromEntries(input);
}

function pushText(
  input: [string, unknown][],
  name: string,
  member: Shape,
  text: string | undefined,
): void {
  if (text === undefined) return;
  const value = parseScalar(member, text);
  if (value === undefined) {
    throw new AwsError(
      "SerializationException",
      `${name}: ${JSON.stringify(text)} is not a ${kindOf(member)}`,
    );
  }
  input.push([name, value]);
}

function pushQuery(
  input: [string, unknown][],
  name: string,
  member: Shape,
  texts: readonly string[],
): void {
  if (kindOf(member) !== ShapeKind.List) {
    pushText(input, name, member, texts[0]);
    return;
  }
  const items: [string, unknown][] = [];
  for (const text of texts) pushText(items, name, elementOf(member), text);
  if (items.length > 0) input.push([name, items.map(([, item]) => item)]);
}

function readPayload(
  [name, member]: readonly [string, Shape],
  body: Uint8Array,
): readonly [string, unknown][] {
  if (body.length === 0) return [];
  switch (kindOf(member)) {
    case ShapeKind.Blob:
      return [[name, body]];
    case ShapeKind.String:
      return [[name, new TextDecoder().decode(body)]];
    default:
      return [[name, readJson(member, body)]];
  }
}

function writeOutput(operation: OperationModel, output: object): WireResponse {
  let status = operation.http?.[2] ?? 200;
  let payload: string | Uint8Array = "";
  const headers: Record<string, string> = { "content-type": JSON_TYPE };
  const body: Record<string, unknown> = {};
  for (const [name, member, value] of presentMembers(operation.output, output)) {
    const traits = traitsOf(member);
    if (traits.httpResponseCode !== undefined) status = Number(value);
    else if (traits.httpHeader !== undefined) headers[traits.httpHeader] = formatScalar(value);
    else if (isPayload(member)) payload = writePayload(member, value);
    else body[name] = value;
  }
  const takesBody = membersOf(operation.output).some(([, member]) => isPayload(member));
  if (takesBody || status === 204) return { status, headers, body: payload };
  return { status, headers, body: writeJson(operation.output, body) };
}

function isPayload(member: Shape): boolean {
  return traitsOf(member).httpPayload !== undefined;
}

function writePayload(member: Shape, value: unknown): string | Uint8Array {
  switch (kindOf(member)) {
    case ShapeKind.Blob:
      return bytesOf(member, value);
    case ShapeKind.String:
      return String(value);
    default:
      return writeJson(member, value);
  }
}
