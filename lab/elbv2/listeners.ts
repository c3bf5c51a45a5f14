/** Listeners: create, describe, change, delete. HTTP only; each is a real server. */
import type {
  CreateListenerInput,
  CreateListenerOutput,
  DeleteListenerInput,
  DeleteListenerOutput,
  DescribeListenersInput,
  DescribeListenersOutput,
  Listener,
  ModifyListenerInput,
  ModifyListenerOutput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { ListenerSettings } from "../dataplane/model.ts";
import { AwsError, type Operation } from "../service.ts";
import { checkActions } from "./actions.ts";
import { newListenerArn, newRuleArn } from "./arns.ts";
import { initialAttributes } from "./attributes.ts";
import type { Context } from "./context.ts";
import { PROTOCOLS } from "./healthCheck.ts";
import { LISTENER_ATTRIBUTES } from "./listenerAttributes.ts";
import { page } from "./paging.ts";
import { applyRules, planeRules } from "./rules.ts";
import type { ListenerRecord, Store } from "./store.ts";
import { checkTags } from "./tags.ts";
import {
  notImplemented,
  refuseMembers,
  requireEnum,
  requireRange,
  validationError,
} from "./validation.ts";

/** What only HTTPS, TLS and network listeners have. */
const NOT_HTTP = ["SslPolicy", "Certificates", "AlpnPolicy", "MutualAuthentication"];

export function listenerOperations(context: Context): Record<string, Operation> {
  const { store, plane } = context;
  return {
    async CreateListener(input: CreateListenerInput): Promise<CreateListenerOutput> {
      const loadBalancer = store.loadBalancer(input.LoadBalancerArn);
      if (input.Protocol === undefined) throw validationError("A protocol must be specified");
      if (input.Port === undefined) throw validationError("A port must be specified");
      requireHttp(input.Protocol);
      requireRange("port", input.Port, 1, 65_535);
      refuseMembers(input, NOT_HTTP);
      const actions = checkActions(store, loadBalancer.arn, input.DefaultActions, "defaultActions");
      const tags = checkTags(input.Tags);
      requireFreePort(store, loadBalancer.arn, input.Port, undefined);
      const record: ListenerRecord = {
        arn: newListenerArn(loadBalancer.arn),
        loadBalancerArn: loadBalancer.arn,
        port: input.Port,
        address: undefined,
        attributes: initialAttributes(LISTENER_ATTRIBUTES),
      };
      const rule = {
        arn: newRuleArn(record.arn),
        listenerArn: record.arn,
        priority: Number.POSITIVE_INFINITY,
        conditions: [],
        actions,
      };
      // Recorded before the socket is bound, so that a second call at once finds the port taken.
      store.listeners.set(record.arn, record);
      store.rules.set(rule.arn, rule);
      store.tags.set(record.arn, tags);
      await open(context, record).catch((error: unknown) => {
        store.removeListener(record.arn);
        throw error;
      });
      return { Listeners: [describe(store, record)] };
    },

    DescribeListeners(input: DescribeListenersInput): DescribeListenersOutput {
      const { ListenerArns: arns = [], LoadBalancerArn: loadBalancerArn } = input;
      if (arns.length === 0 && loadBalancerArn === undefined) {
        throw validationError("You must specify either listener ARNs or a load balancer ARN");
      }
      const wanted =
        arns.length > 0
          ? arns.map((arn) => store.listener(arn))
          : store.listenersOf(store.loadBalancer(loadBalancerArn).arn);
      const { items, next } = page(wanted, input, ({ arn }) => arn);
      return { Listeners: items.map((record) => describe(store, record)), ...next };
    },

    async ModifyListener(input: ModifyListenerInput): Promise<ModifyListenerOutput> {
      const record = store.listener(input.ListenerArn);
      if (input.Protocol !== undefined) requireHttp(input.Protocol);
      refuseMembers(input, NOT_HTTP);
      const port = input.Port ?? record.port;
      requireRange("port", port, 1, 65_535);
      requireFreePort(store, record.loadBalancerArn, port, record.arn);
      if (input.DefaultActions !== undefined) {
        store.defaultRule(record.arn).actions = checkActions(
          store,
          record.loadBalancerArn,
          input.DefaultActions,
          "defaultActions",
        );
        applyRules(context, record.arn);
      }
      if (port !== record.port) {
        record.port = port;
        await open(context, record);
      }
      return { Listeners: [describe(store, record)] };
    },

    async DeleteListener(input: DeleteListenerInput): Promise<DeleteListenerOutput> {
      const { arn } = store.listener(input.ListenerArn);
      store.removeListener(arn);
      await plane.closeListener(arn);
      return {};
    },
  };
}

export function settingsOf(record: ListenerRecord): ListenerSettings {
  return {
    arn: record.arn,
    balancerArn: record.loadBalancerArn,
    port: record.port,
    serverHeader: record.attributes.get("routing.http.response.server.enabled") !== "false",
  };
}

/** Binds the record's port; a listener deleted meanwhile is closed again. */
async function open({ store, plane }: Context, record: ListenerRecord): Promise<void> {
  const settings = settingsOf(record);
  record.address = await plane.openListener(settings, () => planeRules(store, record.arn));
  if (!store.listeners.has(record.arn)) await plane.closeListener(record.arn);
}

function describe(store: Store, record: ListenerRecord): Listener {
  return {
    ListenerArn: record.arn,
    LoadBalancerArn: record.loadBalancerArn,
    Port: record.port,
    Protocol: "HTTP",
    DefaultActions: [...store.defaultRule(record.arn).actions],
  };
}

function requireHttp(protocol: string): void {
  requireEnum("protocol", protocol, PROTOCOLS);
  if (protocol === "HTTPS") throw notImplemented("HTTPS listeners");
  if (protocol !== "HTTP") {
    throw validationError(
      "Listener protocol must be one of 'HTTPS, HTTP' for load balancer type 'application'",
    );
  }
}

function requireFreePort(
  store: Store,
  loadBalancerArn: string,
  port: number,
  except: string | undefined,
): void {
  const taken = store
    .listenersOf(loadBalancerArn)
    .some((other) => other.port === port && other.arn !== except);
  if (!taken) return;
  throw new AwsError(
    "DuplicateListenerException",
    `A listener already exists on this port for this load balancer '${loadBalancerArn}'`,
  );
}
