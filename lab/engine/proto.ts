/**
 * The one place that reaches into the Pulumi SDK's generated gRPC code. Its runtime (grpc-js and
 * google-protobuf) is taken from the SDK's own dependencies, so that messages and stubs agree.
 */
import { createRequire } from "node:module";
import callbackRpc from "@pulumi/pulumi/proto/callback_grpc_pb.js";
import callback from "@pulumi/pulumi/proto/callback_pb.js";
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import providerRpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import resourceRpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import resource from "@pulumi/pulumi/proto/resource_pb.js";
import status from "@pulumi/pulumi/proto/status_pb.js";
import { awsMessage } from "../resources/awsMessage.ts";
import type { Properties } from "../resources/values.ts";

export { callback, callbackRpc, engine, engineRpc, plugin, provider, providerRpc };
export { resource, resourceRpc, status };

/** The parts of grpc-js that are used here. */
interface Grpc {
  readonly Server: new (options?: object) => GrpcServer;
  readonly ServerCredentials: { createInsecure(): object };
  readonly Metadata: new () => { add(key: string, value: Buffer): void };
  readonly credentials: { createInsecure(): never };
  readonly status: Readonly<Record<"UNAVAILABLE" | "UNKNOWN" | "UNIMPLEMENTED", number>>;
}

export interface GrpcServer {
  addService(definition: unknown, handlers: unknown): void;
  bindAsync(
    address: string,
    credentials: object,
    callback: (error: Error | null, port: number) => void,
  ): void;
  tryShutdown(callback: (error?: Error) => void): void;
  forceShutdown(): void;
}

const sdkRequire = createRequire(
  createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"),
);

export const grpc: Grpc = sdkRequire("@grpc/grpc-js");

const wire: { readonly Struct: { fromJavaScript(properties: Properties): never } } = sdkRequire(
  "google-protobuf/google/protobuf/struct_pb.js",
);
export const { Empty }: { readonly Empty: new () => object } = sdkRequire(
  "google-protobuf/google/protobuf/empty_pb.js",
);
const { Any }: { readonly Any: new () => { pack(message: Uint8Array, name: string): void } } =
  sdkRequire("google-protobuf/google/protobuf/any_pb.js");

/** Bundled code travels in one message; grpc's own bound of 4 MB is too small for it. */
export const CHANNEL_OPTIONS = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": 400 * 1024 * 1024,
  "grpc.server_max_unrequested_time_in_server": 1800,
};

export function toWire(properties: Properties): never {
  return wire.Struct.fromJavaScript(properties);
}

/** What grpc-js's typings call a Struct's JavaScript is a map of anything; it is JSON. */
export function fromWire(struct: { toJavaScript(): object } | undefined): Properties {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as said above
  return (struct?.toJavaScript() ?? {}) as Properties;
}

/** A message wrapped in a google.protobuf.Any under its full name. */
export function packed(message: Uint8Array, name: string): never {
  const any = new Any();
  any.pack(message, name);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the SDK's typings have another copy
  return any as never;
}

export interface Call<Request> {
  readonly request: Request;
}

/** An error that carries its gRPC status: the client sees the code and the message. */
export class RpcError extends Error {
  readonly code: number;
  readonly metadata: object | undefined;

  constructor(code: number, message: string, metadata?: object) {
    super(message);
    this.code = code;
    this.metadata = metadata;
  }
}

/** A unary handler from an async function; what it throws becomes the call's error. */
export function unary<Request, Response>(
  handle: (request: Request) => Promise<Response> | Response,
): (call: Call<Request>, reply: (error: unknown, response?: Response) => void) => void {
  return (call, reply) => {
    void (async () => {
      try {
        reply(null, await handle(call.request));
      } catch (error) {
        if (error instanceof RpcError) {
          const { code, message: details, metadata } = error;
          reply({ code, details, ...(metadata === undefined ? {} : { metadata }) });
        } else reply({ code: grpc.status.UNKNOWN, details: awsMessage(error) });
      }
    })();
  };
}

/** Listens on a free loopback port; resolves to `127.0.0.1:PORT`. */
export function listen(server: GrpcServer): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(`127.0.0.1:${port}`);
    });
  });
}
