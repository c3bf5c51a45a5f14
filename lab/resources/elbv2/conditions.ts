/** A rule's conditions in Pulumi's spelling and in AWS's. */
import type { RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { type InputsOf, list, object, required, text } from "../shape.ts";
import type { Properties } from "../values.ts";

const VALUES = object({ values: required(list(text)) });
const MEMBERS = {
  hostHeader: VALUES,
  httpHeader: object({ httpHeaderName: required(text), values: required(list(text)) }),
  httpRequestMethod: VALUES,
  pathPattern: VALUES,
  queryStrings: list(object({ key: text, value: required(text) })),
  sourceIp: VALUES,
} as const;
export const CONDITIONS = list(object(MEMBERS));

/** As terraform-provider-aws has it: the one member that is set names the field. */
export function toCondition(condition: InputsOf<typeof MEMBERS>): RuleCondition {
  const { hostHeader, httpHeader, httpRequestMethod, pathPattern, queryStrings, sourceIp } =
    condition;
  if (hostHeader) {
    return { Field: "host-header", HostHeaderConfig: { Values: hostHeader.values } };
  }
  if (httpHeader) {
    const { httpHeaderName: HttpHeaderName, values: Values } = httpHeader;
    return { Field: "http-header", HttpHeaderConfig: { HttpHeaderName, Values } };
  }
  if (httpRequestMethod) {
    const Values = httpRequestMethod.values;
    return { Field: "http-request-method", HttpRequestMethodConfig: { Values } };
  }
  if (pathPattern) {
    return { Field: "path-pattern", PathPatternConfig: { Values: pathPattern.values } };
  }
  if (queryStrings) {
    const Values = queryStrings.map(({ key: Key, value: Value }) => ({ Key, Value }));
    return { Field: "query-string", QueryStringConfig: { Values } };
  }
  return { Field: "source-ip", SourceIpConfig: { Values: sourceIp?.values } };
}

/** As the provider reads a rule back. */
export function fromCondition(condition: RuleCondition): Properties {
  switch (condition.Field) {
    case "host-header":
      return { hostHeader: { values: condition.HostHeaderConfig?.Values ?? [] } };
    case "http-header": {
      const { HttpHeaderName: httpHeaderName = "", Values: values = [] } =
        condition.HttpHeaderConfig ?? {};
      return { httpHeader: { httpHeaderName, values } };
    }
    case "http-request-method":
      return { httpRequestMethod: { values: condition.HttpRequestMethodConfig?.Values ?? [] } };
    case "path-pattern":
      return { pathPattern: { values: condition.PathPatternConfig?.Values ?? [] } };
    case "query-string":
      return {
        queryStrings: (condition.QueryStringConfig?.Values ?? []).map(
          ({ Key = "", Value = "" }) => ({ key: Key, value: Value }),
        ),
      };
    default:
      return { sourceIp: { values: condition.SourceIpConfig?.Values ?? [] } };
  }
}
