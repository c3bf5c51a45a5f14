/** The gRPC services that a Pulumi program talks to: the resource monitor and the engine. */
import { messageOf } from "../../base/errors.ts";
import { hasUnknown, UNKNOWN, type Properties } from "../resources/values.ts";
import type { Deployment } from "./deployment.ts";
import type { EngineEvent } from "./events.ts";
import { OperationError, runError, StoppedError } from "./failures.ts";
import type { Hooks } from "./hooks.ts";
import {
  CHANNEL_OPTIONS,
  Empty,
  engine,
  engineRpc,
  fromWire,
  grpc,
  listen,
  provider,
  resource,
  resourceRpc,
  RpcError,
  toWire,
  unary,
} from "./proto.ts";
import { readRegistration, refusals } from "./registration.ts";
import { makeUrn } from "./urn.ts";

/** What programs may rely on; they fall back or refuse for the rest. */
const FEATURES = {
  secrets: "RESOURCE_MONITOR_FEATURE_SECRETS",
  aliasSpecs: "RESOURCE_MONITOR_FEATURE_ALIAS_SPECS",
  deletedWith: "RESOURCE_MONITOR_FEATURE_DELETED_WITH",
  resourceHooks: "RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS",
} as const;

export interface MonitorSettings {
  readonly stack: string;
  readonly project: string;
  readonly config: Readonly<Record<string, string>>;
  readonly secretConfig: readonly string[];
  readonly dryRun: boolean;
  emit(event: EngineEvent): void;
}

export interface Monitor {
  /** Serves both the resource monitor and the engine. */
  readonly address: string;
  stop(): void;
}

type Messages = typeof resource;
type Message<T extends keyof Messages> = Messages[T] extends new () => infer M ? M : never;

export async function serveMonitor(
  deployment: Deployment,
  hooks: Hooks,
  settings: MonitorSettings,
): Promise<Monitor> {
  const server = new grpc.Server(CHANNEL_OPTIONS);
  server.addService(
    resourceRpc.ResourceMonitorService,
    monitorHandlers(deployment, hooks, settings),
  );
  server.addService(engineRpc.EngineService, engineHandlers(deployment, settings));
  const address = await listen(server);
  return { address, stop: () => server.forceShutdown() };
}

function monitorHandlers(deployment: Deployment, hooks: Hooks, settings: MonitorSettings) {
  const { stack, project } = settings;
  const read = (request: Message<"RegisterResourceRequest">) =>
    readRegistration(request, stack, project);
  /** The SDK ends quietly on UNAVAILABLE: the error itself was told already. */
  const quietly = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      if (deployment.course.stopped) throw new StoppedError("the run was stopped");
      return await work();
    } catch (error) {
      throw new RpcError(grpc.status.UNAVAILABLE, messageOf(error));
    }
  };

  return {
    getDeploymentInfo: unary(() => {
      const info = new resource.DeploymentInfo();
      info.setProject(project);
      info.setStack(stack);
      info.setOrganization("organization");
      info.setDryrun(settings.dryRun);
      for (const [key, value] of Object.entries(settings.config)) {
        info.getConfigMap().set(key, value);
      }
      info.setConfigsecretkeysList([...settings.secretConfig]);
      info.setSupportedfeaturesList(
        Object.values(FEATURES).map((name) => resource.ResourceMonitorFeature[name]),
      );
      return info;
    }),

    supportsFeature: unary((request: Message<"SupportsFeatureRequest">) => {
      const response = new resource.SupportsFeatureResponse();
      response.setHassupport(Object.hasOwn(FEATURES, request.getId()));
      return response;
    }),

    registerResource: unary((request: Message<"RegisterResourceRequest">) =>
      quietly(async () => {
        const registration = read(request);
        const refused = refusals(request);
        if (refused.length > 0) {
          const error = new OperationError(
            `the embedded engine does not handle ${refused.join(", ")}; use the Pulumi CLI`,
          );
          deployment.course.fail(runError(error, registration.urn));
          throw error;
        }
        const state = await deployment.register(registration);
        const response = new resource.RegisterResourceResponse();
        response.setUrn(state.urn);
        response.setId(state.id === UNKNOWN ? "" : (state.id ?? ""));
        response.setObject(toWire(visible(state.custom ? state.outputs : state.inputs)));
        return response;
      }),
    ),

    registerResourceOutputs: unary((request: Message<"RegisterResourceOutputsRequest">) =>
      quietly(async () => {
        await deployment.registerOutputs(request.getUrn(), fromWire(request.getOutputs()));
        return new Empty();
      }),
    ),

    readResource: unary((request: Message<"ReadResourceRequest">) =>
      quietly(async () => {
        const { registration, id } = readRequest(request, stack, project);
        const state = await deployment.read(registration, id);
        const response = new resource.ReadResourceResponse();
        response.setUrn(state.urn);
        response.setProperties(toWire(visible(state.outputs)));
        return response;
      }),
    ),

    invoke: unary(async (request: Message<"ResourceInvokeRequest">) => {
      const response = new resource.ResourceInvokeResponse();
      const args = fromWire(request.getArgs());
      // As Pulumi's own providers do: no answer before the arguments are known.
      if (hasUnknown(args)) return response;
      try {
        response.setReturn(toWire(await deployment.invoke(request.getTok(), args)));
      } catch (error) {
        const failure = new provider.CheckFailure();
        failure.setReason(runError(error, "").message);
        response.addFailures(failure);
      }
      return response;
    }),

    registerResourceHook: unary((request: Message<"RegisterResourceHookRequest">) => {
      hooks.register({
        name: request.getName(),
        target: request.getCallback()?.getTarget() ?? "",
        token: request.getCallback()?.getToken() ?? "",
        onDryRun: request.getOnDryRun(),
        ignoreErrors: request.getIgnoreErrors?.() ?? false,
      });
      return new Empty();
    }),

    signalAndWaitForShutdown: unary(async () => {
      await deployment.removeLeftovers();
      return new Empty();
    }),
  };
}

function engineHandlers(deployment: Deployment, settings: MonitorSettings) {
  let root = "";
  const severities = ["debug", "info", "warning", "error"] as const;
  return {
    log: unary((request: InstanceType<typeof engine.LogRequest>) => {
      const severity = severities[request.getSeverity()] ?? "info";
      const message = request.getMessage();
      const urn = request.getUrn();
      // The launcher's text of an unhandled error: the preload tells it in parts.
      if (message.startsWith("Running program '")) return new Empty();
      if (severity === "error") {
        deployment.course.fail({ message, ...(urn === "" ? {} : { urn }), problems: [] });
      }
      settings.emit({ type: "log", severity, message, ...(urn === "" ? {} : { urn }) });
      return new Empty();
    }),
    getRootResource: unary(() => {
      const response = new engine.GetRootResourceResponse();
      response.setUrn(root);
      return response;
    }),
    setRootResource: unary((request: InstanceType<typeof engine.SetRootResourceRequest>) => {
      root = request.getUrn();
      return new engine.SetRootResourceResponse();
    }),
  };
}

function readRequest(request: Message<"ReadResourceRequest">, stack: string, project: string) {
  const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
  const registration = {
    urn: makeUrn(stack, project, parent, type, name),
    type,
    name,
    parent,
    custom: true,
    inputs: fromWire(request.getProperties()),
    dependencies: request.getDependenciesList(),
    propertyDependencies: {},
    provider: request.getProvider(),
    version: request.getVersion(),
    protect: false,
    retainOnDelete: false,
    deletedWith: "",
    deleteBeforeReplace: undefined,
    ignoreChanges: [],
    replaceOnChanges: [],
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: [],
    hooks: {},
  };
  return { registration, id: request.getId() };
}

/** Bookkeeping stays inside. */
function visible(properties: Properties = {}): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !key.startsWith("__")));
}
