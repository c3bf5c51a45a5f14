/** The attributes that a subscription is made with or given later: checked and applied together. */
import { notImplemented } from "../supported.ts";
import { parseDeliveryPolicy } from "./deliveryPolicy.ts";
import { FilterScope, parseFilterPolicy } from "./filterPolicy.ts";
import { invalidParameter, isHttp, type Protocol, type Subscription } from "./topics.ts";

export type SubscriptionSettings = Pick<
  Subscription,
  "rawDelivery" | "filter" | "filterScope" | "delivery"
>;

const KNOWN = new Set([
  "RawMessageDelivery",
  "FilterPolicy",
  "FilterPolicyScope",
  "DeliveryPolicy",
  // A dead-letter queue is an SQS queue; only taking it away is understood.
  "RedrivePolicy",
]);

const UNSET: SubscriptionSettings = {
  rawDelivery: false,
  filter: undefined,
  filterScope: FilterScope.Attributes,
  delivery: undefined,
};

/** `attributes` over `before`. Throws InvalidParameter and NotImplemented, and changes nothing. */
export function parseAttributes(
  operation: string,
  protocol: Protocol,
  attributes: Readonly<Record<string, string>>,
  before: SubscriptionSettings = UNSET,
): SubscriptionSettings {
  for (const [name, value] of Object.entries(attributes)) {
    if (!KNOWN.has(name) || (name === "RedrivePolicy" && !isEmpty(value))) {
      throw notImplemented(operation, `the subscription attribute ${name}`);
    }
  }
  const { RawMessageDelivery, DeliveryPolicy, FilterPolicy } = attributes;
  const filterScope = parseScope(attributes["FilterPolicyScope"] ?? before.filterScope);
  // A change of scope is checked against the policy there is.
  const filter = FilterPolicy ?? before.filter?.text ?? "";
  return {
    rawDelivery:
      RawMessageDelivery === undefined
        ? before.rawDelivery
        : parseRaw(protocol, RawMessageDelivery),
    filterScope,
    // An empty policy takes the filter away.
    filter: isEmpty(filter) ? undefined : parseFilterPolicy(filter, filterScope),
    delivery:
      DeliveryPolicy === undefined
        ? before.delivery
        : parseDelivery(operation, protocol, DeliveryPolicy),
  };
}

function parseRaw(protocol: Protocol, value: string): boolean {
  const raw = value.toLowerCase() === "true";
  if (raw && !isHttp(protocol)) {
    throw invalidParameter(
      `Attributes Reason: RawMessageDelivery: Delivery protocol [${protocol}] does not support raw message delivery.`,
    );
  }
  return raw;
}

function parseScope(scope: string): FilterScope {
  const known = Object.values(FilterScope).find((one) => one === scope);
  if (known) return known;
  throw invalidParameter(
    `FilterPolicyScope: Invalid value [${scope}]. Please use either MessageBody or MessageAttributes`,
  );
}

function parseDelivery(
  operation: string,
  protocol: Protocol,
  value: string,
): SubscriptionSettings["delivery"] {
  if (isEmpty(value)) return undefined;
  if (!isHttp(protocol)) {
    throw invalidParameter(
      `Attributes Reason: Delivery protocol [${protocol}] does not support delivery policies.`,
    );
  }
  return parseDeliveryPolicy(operation, value);
}

function isEmpty(value: string): boolean {
  return value.trim() === "" || value.trim() === "{}" || value.trim() === "null";
}
