/** Actions of listeners and rules: checked, in the form in which AWS reads them back. */
import type {
  Action,
  FixedResponseActionConfig,
  ForwardActionConfig,
  RedirectActionConfig,
  TargetGroupTuple,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Action as PlaneAction } from "../dataplane/model.ts";
import { AwsError } from "../service.ts";
import type { Store } from "./store.ts";
import {
  notImplemented,
  requireEnum,
  requireList,
  requireRange,
  validationError,
} from "./validation.ts";

const TYPES = [
  "forward",
  "authenticate-oidc",
  "authenticate-cognito",
  "redirect",
  "fixed-response",
  "jwt-validation",
];
const CONTENT_TYPES = [
  "text/plain",
  "text/css",
  "text/html",
  "application/javascript",
  "application/json",
];

/** At most five target groups in one action (ALB quotas). */
const MOST_GROUPS = 5;

/**
 * The actions as AWS echoes them: a single target group both as `TargetGroupArn` and in
 * `ForwardConfig`. `field` is the input's member, `defaultActions` or `actions`.
 */
export function checkActions(
  store: Store,
  loadBalancerArn: string,
  actions: readonly Action[] | undefined,
  field: "defaultActions" | "actions",
): readonly Action[] {
  const list = requireList(field === "actions" ? "Actions" : "DefaultActions", actions);
  const [action] = list;
  if (action === undefined || list.length > 1) {
    // An HTTP listener has no authentication, so that one routing action is all it can have.
    throw new AwsError(
      "InvalidLoadBalancerActionException",
      "An HTTP listener's rule must have exactly one action",
    );
  }
  const path = `${field}.1.member`;
  const type = action.Type ?? "";
  requireEnum(`${path}.type`, type, TYPES);
  if (action.Order !== undefined) requireRange(`${path}.order`, action.Order, 1, 50_000);
  const common = {
    Type: action.Type,
    ...(action.Order === undefined ? {} : { Order: action.Order }),
  };
  switch (type) {
    case "forward":
      return [{ ...common, ...checkForward(store, loadBalancerArn, action, path) }];
    case "fixed-response":
      return [{ ...common, FixedResponseConfig: checkFixed(action.FixedResponseConfig, path) }];
    case "redirect":
      return [{ ...common, RedirectConfig: checkRedirect(action.RedirectConfig) }];
    default:
      throw new AwsError(
        "InvalidLoadBalancerActionException",
        `Actions of type '${type}' can be used with HTTPS listeners only`,
      );
  }
}

function checkForward(
  store: Store,
  loadBalancerArn: string,
  action: Action,
  path: string,
): Pick<Action, "TargetGroupArn" | "ForwardConfig"> {
  const { TargetGroupArn: single, ForwardConfig: config } = action;
  const given = config?.TargetGroups ?? [];
  if (single === undefined && given.length === 0) {
    throw validationError("A target group must be specified for a forward action");
  }
  if (single !== undefined && given.length > 0) {
    if (given.length > 1 || given[0]?.TargetGroupArn !== single) {
      throw new AwsError(
        "InvalidLoadBalancerActionException",
        "TargetGroupArn and ForwardConfig must name the same single target group",
      );
    }
  }
  const tuples = given.length > 0 ? given : [{ TargetGroupArn: single }];
  const groups = checkTuples(store, loadBalancerArn, tuples, path);
  const stickiness = checkStickiness(config, path);
  const forward: ForwardActionConfig = {
    TargetGroups: groups,
    TargetGroupStickinessConfig: stickiness,
  };
  if (
    groups.length > 1 &&
    !stickiness.Enabled &&
    groups.some((one) => hasStickyTargets(store, one))
  ) {
    throw new AwsError(
      "InvalidLoadBalancerActionException",
      "You must enable group stickiness on a rule if you enabled target stickiness on one of its " +
        "target groups",
    );
  }
  const [only] = groups;
  return groups.length === 1 && only
    ? { TargetGroupArn: only.TargetGroupArn, ForwardConfig: forward }
    : { ForwardConfig: forward };
}

function hasStickyTargets(store: Store, { TargetGroupArn }: TargetGroupTuple): boolean {
  const { attributes } = store.targetGroup(TargetGroupArn);
  return attributes.get("stickiness.enabled") === "true";
}

/**
 * Target stickiness inside an action with several groups needs group stickiness there (ALB guide,
 * sticky sessions): the check from the target group's side.
 * @throws AwsError InvalidConfigurationRequestException
 */
export function requireStickyRules(store: Store, targetGroupArn: string): void {
  for (const { arn, actions } of store.rules.values()) {
    for (const { ForwardConfig: forward } of actions) {
      const groups = forward?.TargetGroups ?? [];
      if (groups.length < 2 || forward?.TargetGroupStickinessConfig?.Enabled) continue;
      if (!groups.some((group) => group.TargetGroupArn === targetGroupArn)) continue;
      throw new AwsError(
        "InvalidConfigurationRequestException",
        `This target group appears behind a rule with group stickiness disabled (${arn}). You ` +
          "must enable group stickiness before enabling target stickiness",
      );
    }
  }
}

function checkTuples(
  store: Store,
  loadBalancerArn: string,
  tuples: readonly TargetGroupTuple[],
  path: string,
): TargetGroupTuple[] {
  if (tuples.length > MOST_GROUPS) {
    throw validationError(`An action can forward to at most ${MOST_GROUPS} target groups`);
  }
  const seen = new Set<string>();
  return tuples.map(({ TargetGroupArn: arn, Weight }, i) => {
    const group = store.targetGroup(arn);
    if (seen.has(group.arn)) {
      throw validationError(`Target group '${group.arn}' is specified more than once in an action`);
    }
    seen.add(group.arn);
    if (store.usersOf(group.arn).some((user) => user !== loadBalancerArn)) {
      throw new AwsError(
        "TargetGroupAssociationLimitException",
        "The following target groups cannot be associated with more than one load balancer: " +
          group.arn,
      );
    }
    if (Weight === undefined && tuples.length > 1) {
      throw validationError(
        "A weight must be specified for each target group when an action forwards to several",
      );
    }
    const weight = Weight ?? 1;
    requireRange(`${path}.forwardConfig.targetGroups.${i + 1}.member.weight`, weight, 0, 999);
    return { TargetGroupArn: group.arn, Weight: weight };
  });
}

function checkStickiness(
  config: ForwardActionConfig | undefined,
  path: string,
): NonNullable<ForwardActionConfig["TargetGroupStickinessConfig"]> {
  const { Enabled = false, DurationSeconds } = config?.TargetGroupStickinessConfig ?? {};
  if (Enabled && DurationSeconds === undefined) {
    throw validationError("A duration must be specified when target group stickiness is enabled");
  }
  if (DurationSeconds === undefined) return { Enabled };
  const field = `${path}.forwardConfig.targetGroupStickinessConfig.durationSeconds`;
  requireRange(field, DurationSeconds, 1, 604_800);
  return { Enabled, DurationSeconds };
}

function checkFixed(
  config: FixedResponseActionConfig | undefined,
  path: string,
): FixedResponseActionConfig {
  if (!config) throw validationError("A fixed-response action needs a FixedResponseConfig");
  if (!/^[245]\d\d$/.test(config.StatusCode ?? "")) {
    throw validationError(
      `1 validation error detected: Value '${config.StatusCode}' at ` +
        `'${path}.fixedResponseConfig.statusCode' failed to satisfy constraint: Member must ` +
        "satisfy regular expression pattern: ^(2|4|5)\\d\\d$",
    );
  }
  if ((config.MessageBody ?? "").length > 1024) {
    throw validationError("The message body of a fixed response can have at most 1024 characters");
  }
  if (config.ContentType !== undefined) {
    requireEnum(`${path}.fixedResponseConfig.contentType`, config.ContentType, CONTENT_TYPES);
  }
  return config;
}

function checkRedirect(config: RedirectActionConfig | undefined): RedirectActionConfig {
  if (!config) throw validationError("A redirect action needs a RedirectConfig");
  const full = {
    Protocol: config.Protocol ?? "#{protocol}",
    Port: config.Port ?? "#{port}",
    Host: config.Host ?? "#{host}",
    Path: config.Path ?? "/#{path}",
    Query: config.Query ?? "#{query}",
    StatusCode: config.StatusCode,
  };
  requireEnum("redirectConfig.statusCode", full.StatusCode ?? "", ["HTTP_301", "HTTP_302"]);
  requireEnum("redirectConfig.protocol", full.Protocol, ["HTTP", "HTTPS", "#{protocol}"]);
  if (full.Port !== "#{port}") requireRange("redirectConfig.port", Number(full.Port), 1, 65_535);
  if (!full.Path.startsWith("/")) {
    throw validationError(`The redirect path '${full.Path}' must begin with '/'`);
  }
  const unchanged =
    full.Protocol === "#{protocol}" &&
    full.Port === "#{port}" &&
    full.Host === "#{host}" &&
    full.Path === "/#{path}";
  if (unchanged) {
    throw new AwsError(
      "InvalidLoadBalancerActionException",
      "The redirect configuration is not valid because it creates a loop.",
    );
  }
  return full;
}

/** A checked action as the data plane carries it out. */
export function planeAction(action: Action | undefined): PlaneAction<string> {
  if (action?.ForwardConfig) {
    const { TargetGroups = [], TargetGroupStickinessConfig: sticky } = action.ForwardConfig;
    return {
      type: "forward",
      shares: TargetGroups.map(({ TargetGroupArn = "", Weight = 0 }) => ({
        group: TargetGroupArn,
        weight: Weight,
      })),
      stickyMs: sticky?.Enabled ? (sticky.DurationSeconds ?? 0) * 1000 : undefined,
    };
  }
  if (action?.FixedResponseConfig) {
    const { StatusCode, ContentType = "text/plain", MessageBody = "" } = action.FixedResponseConfig;
    return {
      type: "fixed-response",
      status: Number(StatusCode),
      contentType: `${ContentType}; charset=utf-8`,
      body: MessageBody,
    };
  }
  if (action?.RedirectConfig) {
    const { RedirectConfig: config } = action;
    return {
      type: "redirect",
      status: config.StatusCode === "HTTP_301" ? 301 : 302,
      protocol: config.Protocol ?? "",
      host: config.Host ?? "",
      port: config.Port ?? "",
      path: config.Path ?? "",
      query: config.Query ?? "",
    };
  }
  throw notImplemented(`actions of type ${action?.Type}`);
}
