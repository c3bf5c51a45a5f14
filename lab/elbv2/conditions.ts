/** Rule conditions: checked, echoed as AWS echoes them, and handed to the data plane. */
import type { RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { isIP } from "node:net";
import type { Condition } from "../dataplane/model.ts";
import {
  notImplemented,
  refuseMembers,
  requireEnum,
  requireList,
  requireText,
  validationError,
} from "./validation.ts";

const FIELDS = [
  "path-pattern",
  "host-header",
  "http-header",
  "http-request-method",
  "query-string",
  "source-ip",
];

/** Of each of these a rule may have one condition; of the others several. */
const SINGLE = ["path-pattern", "host-header", "http-request-method", "source-ip"];

/** Of condition values, and of wildcards in them, in one rule (ALB quotas). */
const MOST_VALUES = 5;
const MOST_WILDCARDS = 5;
/** In one condition (ALB guide, condition basics). */
const MOST_VALUES_EACH = 3;
/** A token of RFC 7230; a `*` in it is no wildcard. */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,40}$/;

/** The plain `Values` of paths and hosts and their config forms are both echoed. */
export function checkConditions(
  conditions: readonly RuleCondition[] | undefined,
): readonly RuleCondition[] {
  const list = requireList("Conditions", conditions);
  const checked = list.map(check);
  for (const field of SINGLE) {
    if (checked.filter(({ Field }) => Field === field).length > 1) {
      throw validationError(`A rule can only have one '${field}' condition`);
    }
  }
  const values = checked.map(planeCondition).map((condition) => condition.values);
  if (values.flat().length > MOST_VALUES) {
    throw validationError(`A rule can have at most ${MOST_VALUES} condition values`);
  }
  if (values.some((one) => one.length > MOST_VALUES_EACH)) {
    throw validationError(`A condition can have at most ${MOST_VALUES_EACH} values`);
  }
  if (values.flat().reduce((sum, value) => sum + wildcardsIn(value), 0) > MOST_WILDCARDS) {
    throw validationError(`A rule can have at most ${MOST_WILDCARDS} wildcards`);
  }
  return checked;
}

function check(condition: RuleCondition): RuleCondition {
  const field = requireText("conditions.member.field", condition.Field);
  requireEnum("conditions.member.field", field, FIELDS);
  refuseMembers(condition, ["RegexValues"]);
  switch (field) {
    case "path-pattern": {
      const config = condition.PathPatternConfig;
      refuseMembers(config ?? {}, ["RegexValues"]);
      const values = texts(field, config?.Values ?? condition.Values);
      return { Field: field, Values: values, PathPatternConfig: { Values: values } };
    }
    case "host-header": {
      const config = condition.HostHeaderConfig;
      refuseMembers(config ?? {}, ["RegexValues"]);
      const values = texts(field, config?.Values ?? condition.Values);
      return { Field: field, Values: values, HostHeaderConfig: { Values: values } };
    }
    case "http-header": {
      const config = condition.HttpHeaderConfig;
      refuseMembers(config ?? {}, ["RegexValues"]);
      const name = requireText("httpHeaderConfig.httpHeaderName", config?.HttpHeaderName);
      if (!HEADER_NAME.test(name) || name.toLowerCase() === "host") {
        throw validationError(`'${name}' is not a valid HTTP header name for a condition`);
      }
      const values = texts(field, config?.Values);
      return { Field: field, HttpHeaderConfig: { HttpHeaderName: name, Values: values } };
    }
    case "http-request-method": {
      const values = texts(field, condition.HttpRequestMethodConfig?.Values);
      const bad = values.find((value) => !/^[A-Z_-]{1,40}$/.test(value));
      if (bad) throw validationError(`'${bad}' is not a valid HTTP request method`);
      return { Field: field, HttpRequestMethodConfig: { Values: values } };
    }
    case "query-string": {
      const pairs = requireList(`Values of ${field}`, condition.QueryStringConfig?.Values);
      const values = pairs.map(({ Key, Value }) => {
        const text = requireText("queryStringConfig.values.member.value", Value);
        return Key === undefined ? { Value: text } : { Key, Value: text };
      });
      return { Field: field, QueryStringConfig: { Values: values } };
    }
    default: {
      refuseMembers(condition.SourceIpConfig ?? {}, ["IpAddressType"]);
      const values = texts(field, condition.SourceIpConfig?.Values);
      const bad = values.find((value) => !isCidr(value));
      if (bad) throw validationError(`The IP address range '${bad}' is not a valid CIDR block`);
      return { Field: field, SourceIpConfig: { Values: values } };
    }
  }
}

/** Escaped ones are none. */
function wildcardsIn(value: Condition["values"][number]): number {
  const patterns = typeof value === "string" ? [value] : [value.key ?? "", value.value];
  return (
    patterns
      .join(" ")
      .replace(/\\[*?]/g, "")
      .split(/[*?]/).length - 1
  );
}

/** A checked condition as the data plane matches it. */
export function planeCondition(condition: RuleCondition): Condition {
  switch (condition.Field) {
    case "path-pattern":
      return { field: "path-pattern", values: condition.Values ?? [] };
    case "host-header":
      return { field: "host-header", values: condition.Values ?? [] };
    case "http-header":
      return {
        field: "http-header",
        name: condition.HttpHeaderConfig?.HttpHeaderName ?? "",
        values: condition.HttpHeaderConfig?.Values ?? [],
      };
    case "http-request-method":
      return {
        field: "http-request-method",
        values: condition.HttpRequestMethodConfig?.Values ?? [],
      };
    case "query-string":
      return {
        field: "query-string",
        values: (condition.QueryStringConfig?.Values ?? []).map(({ Key, Value = "" }) =>
          Key === undefined ? { value: Value } : { key: Key, value: Value },
        ),
      };
    case "source-ip":
      return { field: "source-ip", values: condition.SourceIpConfig?.Values ?? [] };
    default:
      throw notImplemented(`conditions on ${condition.Field}`);
  }
}

function texts(field: string, values: readonly string[] | undefined): string[] {
  return requireList(`Values of ${field}`, values).map((value) => {
    if (value === "" || value.length > 128) {
      throw validationError(`Condition value '${value}' must have 1 to 128 characters`);
    }
    return value;
  });
}

function isCidr(text: string): boolean {
  const [address = "", prefix = "", ...rest] = text.split("/");
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  return version !== 0 && /^\d+$/.test(prefix) && Number(prefix) <= most && rest.length === 0;
}
