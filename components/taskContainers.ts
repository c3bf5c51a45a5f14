/** A task's containers: the app, and before it the fault sidecar where the workload has one. */
import type { Slot } from "../guard/slot.ts";
import type { SentinelOrders } from "../sidecar/connectSentinel.ts";
import type { EcsSlotsArgs } from "./ecsSlots.ts";
import type { SentinelArgs } from "./sentinelArgs.ts";

/** Where the app listens inside the task when the sidecar has taken the public port. */
const APP_PORT_BEHIND_SIDECAR = 8081;

export interface ContainerInputs extends Omit<EcsSlotsArgs, "region"> {
  readonly slot: Slot;
  readonly region: string;
  readonly logGroup: string;
  /** Of the app's container. */
  readonly variables: Record<string, string>;
}

/** The task's containers in ECS's own JSON shape. */
export function renderContainers(inputs: ContainerInputs): object[] {
  const { slot, workload, containerPort } = inputs;
  const release = inputs.releases[slot];
  const appPort = workload.faultSidecarImage ? APP_PORT_BEHIND_SIDECAR : containerPort;
  const container = (name: string, image: string, port: number, env: Record<string, string>) => ({
    name,
    image,
    essential: true,
    portMappings: [{ containerPort: port, protocol: "tcp" }],
    environment: Object.entries({ ...env, PORT: String(port) })
      .map(([key, value]) => ({ name: key, value }))
      .sort((a, b) => a.name.localeCompare(b.name)),
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": inputs.logGroup,
        "awslogs-region": inputs.region,
        "awslogs-stream-prefix": slot,
      },
    },
  });
  const identity = { BACKOUT_SLOT: slot, BACKOUT_RELEASE: release };
  const app = container("app", release, appPort, { ...inputs.variables, ...identity });
  if (!workload.faultSidecarImage) return [app];
  const sidecar = container("fault-sidecar", workload.faultSidecarImage, containerPort, {
    ...identity,
    UPSTREAM: `http://127.0.0.1:${appPort}`,
    BACKOUT_FAULT_TABLE: inputs.names.faultTable,
    ...(inputs.fastSignals ? { BACKOUT_FAST_METRICS: inputs.environment } : {}),
    ...(inputs.sentinel
      ? { BACKOUT_SENTINEL: JSON.stringify(ordersOf(inputs, inputs.sentinel)) }
      : {}),
  });
  return [app, sidecar];
}

function ordersOf(inputs: ContainerInputs, sentinel: SentinelArgs): SentinelOrders {
  const { environment, initialStable, names } = inputs;
  const { falseReversions, slowSeconds, tasks } = sentinel;
  const { recordTable, guardFunction } = names;
  const place = { environment, initialStable, recordTable, guardFunction };
  return { ...place, falseReversions, slowSeconds, tasks };
}
