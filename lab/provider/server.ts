/**
 * The gRPC service of a Pulumi provider over the table of resource types. The SDK's own
 * `provider.main` is not used: it hides old inputs, previews and detailed differences.
 */
import {
  CHANNEL_OPTIONS,
  Empty,
  fromWire,
  grpc,
  listen,
  plugin,
  provider,
  providerRpc,
  RpcError,
  toWire,
  unary,
} from "../engine/proto.ts";
import { parseUrn, typeOf } from "../engine/urn.ts";
import { isAutonamed, checkInputs } from "../resources/check.ts";
import { makeClients, type AwsTarget } from "../resources/clients.ts";
import { compareInputs } from "../resources/diff.ts";
import { callInvoke } from "../resources/invoke.ts";
import { mirrored, plannedOutputs } from "../resources/outputs.ts";
import { labResources } from "../resources/table.ts";
import { SettlingError, type Context } from "../resources/types.ts";
import { sameValue, type Properties } from "../resources/values.ts";
import { initFailure } from "./failure.ts";

const VERSION = "7.48.0";

type Messages = typeof provider;
type Message<T extends keyof Messages> = Messages[T] extends new () => infer M ? M : never;

/** Resolves to the port. The server lives as long as the process. */
export async function serveProvider(target: AwsTarget): Promise<string> {
  const server = new grpc.Server(CHANNEL_OPTIONS);
  const context = { clients: makeClients(target), region: target.region };
  server.addService(providerRpc.ResourceProviderService, handlers(context));
  return (await listen(server)).split(":").at(-1) ?? "";
}

function handlers(context: Context) {
  return {
    ...identity(),
    ...planning(context),
    ...operations(context),

    invoke: unary(async (request: Message<"InvokeRequest">) => {
      const args = fromWire(request.getArgs());
      const response = new provider.InvokeResponse();
      response.setReturn(toWire(await callInvoke(labResources, request.getTok(), args, context)));
      return response;
    }),
  };
}

function identity() {
  return {
    getPluginInfo: unary(() => {
      const info = new plugin.PluginInfo();
      info.setVersion(VERSION);
      return info;
    }),
    getSchema: unary(() => {
      const response = new provider.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name: "aws", version: VERSION }));
      return response;
    }),
    configure: unary(() => {
      const response = new provider.ConfigureResponse();
      response.setSupportspreview(true);
      return response;
    }),
    attach: unary(() => new Empty()),
    cancel: unary(() => new Empty()),
  };
}

function planning(context: Context) {
  return {
    check: unary(async (request: Message<"CheckRequest">) => {
      const urn = request.getUrn();
      const { inputs, problems } = await checkInputs(
        await labResources.resource(typeOf(urn)),
        parseUrn(urn).name,
        request.hasOlds() ? fromWire(request.getOlds()) : undefined,
        fromWire(request.getNews()),
        context.region,
      );
      const response = new provider.CheckResponse();
      response.setInputs(toWire(inputs));
      for (const problem of problems) {
        const failure = new provider.CheckFailure();
        failure.setProperty(problem.property);
        failure.setReason(problem.reason);
        response.addFailures(failure);
      }
      return response;
    }),

    diff: unary(async (request: Message<"DiffRequest">) => {
      const type = await labResources.resource(typeOf(request.getUrn()));
      const olds = fromWire(request.getOldInputs());
      const news = fromWire(request.getNews());
      const { changes, replaces } = compareInputs(type.inputs, type.replaceOn, olds, news);
      const response = new provider.DiffResponse();
      const { DiffChanges } = provider.DiffResponse;
      response.setChanges(changes.length > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE);
      response.setReplacesList([...replaces]);
      const tops = changes.map(({ path }) => /^[^.[]+/.exec(path)?.[0] ?? path);
      response.setDiffsList([...new Set(tops)]);
      response.setHasdetaileddiff(true);
      const { Kind } = provider.PropertyDiff;
      for (const { path, kind } of changes) {
        const detail = new provider.PropertyDiff();
        const plain = { add: Kind.ADD, delete: Kind.DELETE, update: Kind.UPDATE };
        const replace = {
          add: Kind.ADD_REPLACE,
          delete: Kind.DELETE_REPLACE,
          update: Kind.UPDATE_REPLACE,
        };
        detail.setKind((replaces.includes(path) ? replace : plain)[kind]);
        detail.setInputdiff(true);
        response.getDetaileddiffMap().set(path, detail);
      }
      // Two resources of one given name cannot exist at once.
      const name = type.autoname?.property;
      const taken =
        name !== undefined && sameValue(olds[name], news[name]) && !isAutonamed(type, news);
      response.setDeletebeforereplace(replaces.length > 0 && taken);
      return response;
    }),
  };
}

function operations(context: Context) {
  return {
    create: unary(async (request: Message<"CreateRequest">) => {
      const inputs = mirrored(fromWire(request.getProperties()));
      const response = new provider.CreateResponse();
      if (request.getPreview()) {
        response.setProperties(toWire(inputs));
        return response;
      }
      const type = await labResources.resource(typeOf(request.getUrn()));
      try {
        const { id, outputs } = await type.create(inputs, context);
        response.setId(id);
        response.setProperties(toWire({ ...inputs, ...outputs }));
        return response;
      } catch (error) {
        if (!(error instanceof SettlingError)) throw error;
        throw initFailure(error, { ...inputs, ...error.outputs });
      }
    }),

    read: unary(async (request: Message<"ReadRequest">) => {
      const type = await labResources.resource(typeOf(request.getUrn()));
      const known = fromWire(request.getProperties());
      const response = new provider.ReadResponse();
      const outputs = await type.read(request.getId(), context, known);
      // A resource that is gone is answered with no id.
      if (!outputs) return response;
      response.setId(request.getId());
      response.setProperties(toWire({ ...known, ...outputs }));
      const inputs: Properties = fromWire(request.getInputs());
      response.setInputs(toWire(inputs));
      return response;
    }),

    update: unary(async (request: Message<"UpdateRequest">) => {
      const type = await labResources.resource(typeOf(request.getUrn()));
      const news = mirrored(fromWire(request.getNews()));
      const outputs = fromWire(request.getOlds());
      const response = new provider.UpdateResponse();
      if (request.getPreview()) {
        response.setProperties(toWire(plannedOutputs(type, outputs, news)));
        return response;
      }
      const olds = mirrored(fromWire(request.getOldInputs()));
      const change = { id: request.getId(), olds, news, outputs };
      response.setProperties(toWire({ ...news, ...(await type.update(change, context)) }));
      return response;
    }),

    delete: unary(async (request: Message<"DeleteRequest">) => {
      const type = await labResources.resource(typeOf(request.getUrn()));
      const inputs = mirrored(fromWire(request.getOldInputs()));
      const outputs = fromWire(request.getProperties());
      await type.delete(request.getId(), { inputs, outputs }, context);
      return new Empty();
    }),

    construct: unary(() => {
      throw new RpcError(grpc.status.UNIMPLEMENTED, "the lab's provider has no components");
    }),
  };
}
