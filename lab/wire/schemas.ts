/**
 * The SDK's own schemas as the wire uses them. The only file that touches what the AWS clients and
 * smithy export for themselves; test/lab/wire/schemas.test.ts pins the parts relied on.
 */
import { NormalizedSchema } from "@smithy/core/schema";
import type { ServiceName } from "../service.ts";
import { factsOf } from "./services.ts";

export type Shape = NormalizedSchema;

export const ShapeKind = {
  Struct: "struct",
  List: "list",
  Map: "map",
  String: "string",
  Number: "number",
  Boolean: "boolean",
  Timestamp: "timestamp",
  Blob: "blob",
  Document: "document",
  Unit: "unit",
} as const;
export type ShapeKind = (typeof ShapeKind)[keyof typeof ShapeKind];

export interface OperationModel {
  readonly name: string;
  readonly input: Shape;
  readonly output: Shape;
  /** restJson1 only: method, URI template, status of a success. */
  readonly http: readonly [method: string, uri: string, status: number] | undefined;
  /** Event streams are not spoken here. */
  readonly streamsEvents: boolean;
}

export interface ErrorModel {
  /** `TargetGroupNotFoundException`. */
  readonly name: string;
  /** `com.amazonaws.elasticloadbalancingv2#TargetGroupNotFoundException`. */
  readonly id: string;
  readonly shape: Shape;
  readonly fault: "client" | "server";
  readonly status: number;
  /** What the query protocol calls it: `TargetGroupNotFound`. */
  readonly queryCode: string;
}

export interface ServiceModel {
  readonly name: ServiceName;
  readonly operations: ReadonlyMap<string, OperationModel>;
  /** By shape name and, for those that have one, by query code. */
  readonly errors: ReadonlyMap<string, ErrorModel>;
}

const models = new Map<ServiceName, Promise<ServiceModel>>();

/** The model of a service. Its SDK client is imported when it is first asked for. */
export function modelOf(name: ServiceName): Promise<ServiceModel> {
  let model = models.get(name);
  if (!model) {
    model = factsOf(name)
      .importClient()
      .then((exported) => buildModel(name, exported));
    models.set(name, model);
  }
  return model;
}

type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];
type OperationTuple = readonly [
  kind: 9,
  namespace: string,
  name: string,
  traits: 0 | { readonly http?: readonly [string, string, number] },
  input: SchemaRef,
  output: SchemaRef,
];
type ErrorTuple = SchemaRef & readonly [kind: -3, namespace: string, name: string];

function isOperation(value: unknown): value is OperationTuple {
  return Array.isArray(value) && value[0] === 9;
}

/** The base exception, which every client adds for itself, is none of AWS's. */
function isError(value: unknown): value is ErrorTuple {
  return (
    Array.isArray(value) &&
    value[0] === -3 &&
    !String(value[1]).startsWith("smithy.ts.sdk.synthetic")
  );
}

function buildModel(service: ServiceName, exported: object): ServiceModel {
  const operations = new Map<string, OperationModel>();
  const errors = new Map<string, ErrorModel>();
  for (const value of Object.values(exported)) {
    if (isOperation(value)) operations.set(value[2], operationModel(value));
    if (isError(value)) {
      const error = errorModel(value);
      errors.set(error.name, error);
      if (!errors.has(error.queryCode)) errors.set(error.queryCode, error);
    }
  }
  return { name: service, operations, errors };
}

function operationModel([, , name, traits, inputRef, outputRef]: OperationTuple): OperationModel {
  const input = NormalizedSchema.of(inputRef);
  const output = NormalizedSchema.of(outputRef);
  return {
    name,
    input,
    output,
    http: typeof traits === "number" ? undefined : traits.http,
    streamsEvents: hasEventStream(input) || hasEventStream(output),
  };
}

function hasEventStream(shape: Shape): boolean {
  return shape.isStructSchema() && shape.getEventStreamMember() !== "";
}

function errorModel(tuple: ErrorTuple): ErrorModel {
  const [, namespace, name] = tuple;
  const shape = NormalizedSchema.of(tuple);
  const traits = shape.getMergedTraits() as {
    error?: "client" | "server";
    httpError?: number;
    awsQueryError?: [string, number];
  };
  const fault = traits.error ?? "client";
  return {
    name,
    id: `${namespace}#${name}`,
    shape,
    fault,
    status: traits.httpError ?? (fault === "client" ? 400 : 500),
    queryCode: traits.awsQueryError?.[0] ?? name,
  };
}

/** What a value of this shape looks like; a union counts as a struct. */
export function kindOf(shape: Shape): ShapeKind {
  if (shape.isUnitSchema()) return ShapeKind.Unit;
  // `isStructSchema` must come before `isListSchema`: simple schemas are numbers.
  if (shape.isStructSchema()) return ShapeKind.Struct;
  if (shape.isListSchema()) return ShapeKind.List;
  if (shape.isMapSchema()) return ShapeKind.Map;
  if (shape.isTimestampSchema()) return ShapeKind.Timestamp;
  if (shape.isBlobSchema()) return ShapeKind.Blob;
  if (shape.isBooleanSchema()) return ShapeKind.Boolean;
  if (shape.isStringSchema()) return ShapeKind.String;
  if (shape.isDocumentSchema()) return ShapeKind.Document;
  return ShapeKind.Number;
}

export interface WireTraits {
  readonly xmlName?: string;
  readonly xmlFlattened?: unknown;
  readonly ec2QueryName?: string;
  readonly httpLabel?: unknown;
  readonly httpQuery?: string;
  readonly httpQueryParams?: unknown;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpPayload?: unknown;
  readonly httpResponseCode?: unknown;
}

/** Traits of the member and of what it points to, the member's first. */
export function traitsOf(shape: Shape): WireTraits {
  return shape.getMergedTraits();
}

/** Traits of the member alone. */
export function memberTraitsOf(shape: Shape): WireTraits {
  return shape.getMemberTraits();
}

/** The members of a struct, none for a unit. */
export function membersOf(shape: Shape): readonly (readonly [name: string, shape: Shape])[] {
  return shape.isStructSchema() ? [...shape.structIterator()] : [];
}

export function elementOf(listOrMap: Shape): Shape {
  return listOrMap.getValueSchema();
}
