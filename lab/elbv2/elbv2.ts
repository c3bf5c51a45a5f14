/** Elastic Load Balancing v2: the API over a data plane that carries real HTTP. */
import { DataPlane } from "../dataplane/dataplane.ts";
import type { TargetAddress } from "../dataplane/model.ts";
import type { InProcessRequest, InProcessResponse, TargetNetwork } from "../dataplane/network.ts";
import type { MetricSink } from "../ports.ts";
import { ServiceName, type LabCore, type LabService, type Operation } from "../service.ts";
import { attributeOperations } from "./attributeOperations.ts";
import { resourcesOf } from "./authorization.ts";
import type { Context } from "./context.ts";
import { listenerOperations } from "./listeners.ts";
import { loadBalancerOperations } from "./loadBalancers.ts";
import { ruleOperations } from "./rules.ts";
import { Store } from "./store.ts";
import { tagOperations } from "./tags.ts";
import { targetGroupOperations } from "./targetGroups.ts";
import { requireRegistrable, targetOperations } from "./targets.ts";

export interface Elbv2Settings {
  /**
   * Nominal milliseconds from the end of a minute until its metrics can be seen.
   * @default 30,000: AWS documents no figure
   */
  readonly metricDelayMs?: number;
  /** Uniform in [0, 1); what weights are drawn with. Default: Math.random. */
  readonly random?: () => number;
  /** Wall time to connect to a target. Default: 10,000, as on AWS. */
  readonly connectTimeoutMs?: number;
  /** Takes the place of sockets: listeners then open none, and answer `request` alone. */
  readonly network?: TargetNetwork | undefined;
  /** The VPC that a load balancer in `subnetId` reports. Default: one for all. */
  readonly vpcOf?: (subnetId: string) => string;
}

export interface LoadBalancerStatus {
  readonly name: string;
  readonly arn: string;
  readonly dnsName: string;
  readonly listeners: readonly ListenerStatus[];
}

export interface ListenerStatus {
  readonly arn: string;
  /** As the API has it; `url` has the port that really answers. */
  readonly port: number;
  readonly url: string;
}

const DEFAULT_VPC = "vpc-0000000000000000a";

export class Elbv2 implements LabService {
  readonly name = ServiceName.Elbv2;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly resourcesOf = resourcesOf;
  readonly #store = new Store();
  readonly #plane: DataPlane;

  constructor(core: Pick<LabCore, "clock">, metrics: MetricSink, settings: Elbv2Settings = {}) {
    const { vpcOf, ...plane } = settings;
    this.#plane = new DataPlane({ clock: core.clock, metrics, ...plane });
    const context: Context = { store: this.#store, plane: this.#plane, clock: core.clock };
    this.operations = {
      ...loadBalancerOperations(context, vpcOf ?? (() => DEFAULT_VPC)),
      ...targetGroupOperations(context),
      ...targetOperations(context),
      ...listenerOperations(context),
      ...ruleOperations(context),
      ...attributeOperations(context),
      ...tagOperations(context),
    };
  }

  /** For ECS. Throws AWS's TargetGroupNotFound and InvalidTarget. */
  registerTargets(targetGroupArn: string, targets: readonly TargetAddress[]): void {
    const group = this.#store.targetGroup(targetGroupArn);
    requireRegistrable(group, targets);
    this.#plane.register(group.arn, targets);
  }

  /** For ECS. A group that is gone has no targets to take out. */
  deregisterTargets(targetGroupArn: string, targets: readonly TargetAddress[]): void {
    if (this.#store.targetGroups.has(targetGroupArn)) {
      this.#plane.deregister(targetGroupArn, targets);
    }
  }

  /** The state that DescribeTargetHealth gives; undefined when the group is gone. */
  targetState(targetGroupArn: string, target: TargetAddress): string | undefined {
    if (!this.#store.targetGroups.has(targetGroupArn)) return undefined;
    return this.#plane.health(targetGroupArn, [target])[0]?.health.state;
  }

  /** A client's request to a listener of a lab without sockets. */
  request(listenerArn: string, request: InProcessRequest): Promise<InProcessResponse> {
    return this.#plane.request(listenerArn, request);
  }

  listeners(): readonly (ListenerStatus & { readonly loadBalancerArn: string })[] {
    return [...this.#store.listeners.values()].flatMap((record) =>
      record.address
        ? [
            {
              arn: record.arn,
              loadBalancerArn: record.loadBalancerArn,
              port: record.port,
              url: record.address.url,
            },
          ]
        : [],
    );
  }

  /** Every load balancer with the addresses at which its listeners really answer. */
  status(): readonly LoadBalancerStatus[] {
    const listeners = this.listeners();
    return [...this.#store.loadBalancers.values()].map(({ name, arn, dnsName }) => ({
      name,
      arn,
      dnsName,
      listeners: listeners
        .filter(({ loadBalancerArn }) => loadBalancerArn === arn)
        .map((listener) => ({ arn: listener.arn, port: listener.port, url: listener.url })),
    }));
  }

  stop(): Promise<void> {
    return this.#plane.close();
  }
}
