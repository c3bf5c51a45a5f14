/** restXml as S3 speaks it: metadata in headers, an object as the body, XML for the rest. */
import { AwsError } from "../service.ts";
import { unframe } from "./awsChunked.ts";
import type { Codec, Found } from "./codec.ts";
import type { WireRequest, WireResponse } from "./request.ts";
import { matchS3, type S3Match } from "./restXmlRoutes.ts";
import { formatScalar, parseScalar } from "./scalars.ts";
import { elementOf, kindOf, membersOf, memberTraitsOf, ShapeKind, traitsOf } from "./schemas.ts";
import type { OperationModel, ServiceModel, Shape } from "./schemas.ts";
import { factsOf } from "./services.ts";
import { bytesOf, presentEntries, presentItems, presentMembers } from "./tree.ts";
import { element, escapeXml } from "./xml.ts";
import { readXml, type XmlElement } from "./xmlRead.ts";

const XML = { "content-type": "application/xml" };
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

export const restXmlCodec: Codec = {
  find(model: ServiceModel, request: WireRequest): Found {
    const match = matchS3(model, request);
    const { operation, name } = match;
    return {
      name,
      operation,
      input: () => (operation ? readInput(operation, request, match) : {}),
    };
  },
  result: (operation, output, requestId) => {
    const answer = writeOutput(operation, output);
    return { ...answer, headers: { ...answer.headers, "x-amz-request-id": requestId } };
  },
  failure: (failure, requestId) => ({
    status: failure.status,
    headers: { ...XML, "x-amz-request-id": requestId },
    body:
      DECLARATION +
      element(
        "Error",
        element("Code", escapeXml(failure.queryCode)) +
          element("Message", escapeXml(failure.message)) +
          element("RequestId", escapeXml(requestId)),
      ),
  }),
};

function readInput(
  operation: OperationModel,
  request: WireRequest,
  { bucket, key }: S3Match,
): Record<string, unknown> {
  const framed = request.headers["content-encoding"] === "aws-chunked";
  const { body, trailers } = framed ? unframe(request.body) : { body: request.body, trailers: {} };
  const headers: Readonly<Record<string, string>> = { ...request.headers, ...trailers };
  const input: [string, unknown][] = [];
  for (const [name, member] of membersOf(operation.input)) {
    const traits = traitsOf(member);
    if (name === "Bucket") input.push([name, bucket]);
    else if (name === "Key") input.push([name, key]);
    // The framing is the transport's, and its length is not the object's.
    else if (framed && (name === "ContentEncoding" || name === "ContentLength")) continue;
    else if (traits.httpQuery !== undefined) {
      pushText(input, name, member, request.query.get(traits.httpQuery) ?? undefined);
    } else if (traits.httpHeader !== undefined) {
      pushText(input, name, member, headers[traits.httpHeader.toLowerCase()]);
    } else if (traits.httpPrefixHeaders !== undefined) {
      const found = withPrefix(headers, traits.httpPrefixHeaders);
      if (Object.keys(found).length > 0) input.push([name, found]);
    } else if (traits.httpPayload !== undefined) {
      if (kindOf(member) === ShapeKind.Blob) input.push([name, body]);
      else if (body.length > 0) {
        input.push([name, readShape(member, readXml(new TextDecoder().decode(body)))]);
      }
    }
  }
  return Object.fromEntries(input);
}

function withPrefix(
  headers: Readonly<Record<string, string>>,
  prefix: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

function pushText(
  input: [string, unknown][],
  name: string,
  member: Shape,
  text: string | undefined,
): void {
  if (text === undefined) return;
  const isList = kindOf(member) === ShapeKind.List;
  const value = isList ? text.split(/\s*,\s*/) : parseScalar(member, text);
  if (value === undefined) {
    throw new AwsError("InvalidArgument", `${name}: ${JSON.stringify(text)} cannot be read`);
  }
  input.push([name, value]);
}

function readShape(shape: Shape, found: XmlElement): unknown {
  if (kindOf(shape) !== ShapeKind.Struct) {
    const value = parseScalar(shape, found.text);
    if (value === undefined) throw new AwsError("MalformedXML", `${found.name} cannot be read`);
    return value;
  }
  const members: [string, unknown][] = [];
  for (const [name, member] of membersOf(shape)) {
    const { xmlName, xmlFlattened } = traitsOf(member);
    const own = found.children.filter((child) => child.name === (xmlName ?? name));
    const [first] = own;
    if (!first) continue;
    if (kindOf(member) !== ShapeKind.List) members.push([name, readShape(member, first)]);
    else {
      const items = xmlFlattened === undefined ? first.children : own;
      members.push([name, items.map((item) => readShape(elementOf(member), item))]);
    }
  }
  return Object.fromEntries(members);
}

function writeOutput(operation: OperationModel, output: object): WireResponse {
  const [method, , status] = operation.http ?? ["GET", "/", 200];
  const headers: Record<string, string> = {};
  let payload: Uint8Array | undefined;
  let answered = status;
  const inBody: (readonly [string, Shape, unknown])[] = [];
  for (const [name, member, value] of presentMembers(operation.output, output)) {
    const { httpHeader, httpPrefixHeaders, httpPayload } = traitsOf(member);
    if (httpHeader !== undefined) headers[httpHeader.toLowerCase()] = headerText(value);
    else if (httpPrefixHeaders !== undefined) {
      for (const [key, item] of presentEntries(member, value)) {
        headers[httpPrefixHeaders + key] = String(item);
      }
    } else if (httpPayload !== undefined) payload = bytesOf(member, value);
    else inBody.push([name, member, value]);
  }
  if (headers["content-range"] !== undefined) answered = 206;
  // The server counts what it is given, and sends nothing of it to whoever asked for the head.
  if (method === "HEAD") payload = new Uint8Array(Number(headers["content-length"] ?? 0));
  delete headers["content-length"];
  if (payload || answered === 204 || !hasBody(operation)) {
    return { status: answered, headers, body: payload ?? "" };
  }
  const root = traitsOf(operation.output).xmlName ?? operation.output.getName() ?? operation.name;
  const inside = inBody.map(([name, member, value]) => writeMember(name, member, value)).join("");
  const namespace = factsOf("s3").xmlNamespace;
  return {
    status: answered,
    headers: { ...headers, ...XML },
    body: `${DECLARATION}<${root} xmlns="${namespace}">${inside}</${root}>`,
  };
}

function hasBody(operation: OperationModel): boolean {
  return membersOf(operation.output).some(([, member]) => {
    const { httpHeader, httpPrefixHeaders, httpPayload } = traitsOf(member);
    return (httpHeader ?? httpPrefixHeaders ?? httpPayload) === undefined;
  });
}

/** Header timestamps are HTTP dates. */
function headerText(value: unknown): string {
  return value instanceof Date ? value.toUTCString() : formatScalar(value);
}

function writeMember(name: string, member: Shape, value: unknown): string {
  const tag = memberTraitsOf(member).xmlName ?? name;
  if (kindOf(member) !== ShapeKind.List) return element(tag, writeValue(member, value));
  const item = elementOf(member);
  const items = presentItems(member, value);
  if (traitsOf(member).xmlFlattened !== undefined) {
    return items.map((one) => element(tag, writeValue(item, one))).join("");
  }
  const itemTag = traitsOf(item).xmlName ?? "member";
  return element(tag, items.map((one) => element(itemTag, writeValue(item, one))).join(""));
}

function writeValue(shape: Shape, value: unknown): string {
  if (kindOf(shape) !== ShapeKind.Struct) return escapeXml(formatScalar(value));
  return presentMembers(shape, value)
    .map(([name, member, item]) => writeMember(name, member, item))
    .join("");
}
