/** Whether a request meets a rule's conditions, by AWS's wildcard and case rules. Pure. */
import { BlockList, isIPv6 } from "node:net";
import type { IncomingHttpHeaders } from "node:http";
import type { Condition } from "./model.ts";

/** What conditions look at. */
export interface RequestFacts {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Without the `?`. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly clientAddress: string;
}

export type Predicate = (request: RequestFacts) => boolean;

/** All conditions of a rule must hold; any one of a condition's values is enough. */
export function compileConditions(conditions: readonly Condition[]): Predicate {
  const predicates = conditions.map(compile);
  return (request) => predicates.every((predicate) => predicate(request));
}

function compile(condition: Condition): Predicate {
  switch (condition.field) {
    case "path-pattern":
      return onAny(condition.values, "", (request) => [request.path]);
    case "host-header":
      return onAny(condition.values, "i", ({ headers }) => [hostName(headers.host ?? "")]);
    case "http-header": {
      const name = condition.name.toLowerCase();
      return onAny(condition.values, "i", ({ headers }) => [headers[name] ?? []].flat());
    }
    case "http-request-method":
      return (request) => condition.values.includes(request.method);
    case "query-string":
      return queryPredicate(condition.values);
    default:
      return sourcePredicate(condition.values);
  }
}

function onAny(
  patterns: readonly string[],
  flags: string,
  read: (request: RequestFacts) => readonly string[],
): Predicate {
  const expressions = patterns.map((pattern) => wildcard(pattern, flags));
  return (request) => read(request).some((text) => expressions.some((e) => e.test(text)));
}

function queryPredicate(
  wanted: readonly { readonly key?: string; readonly value: string }[],
): Predicate {
  const tests = wanted.map(({ key, value }) => ({
    key: key === undefined ? undefined : wildcard(key, "i"),
    value: wildcard(value, "i"),
  }));
  return ({ query }) => {
    const pairs = query.split("&").map((pair) => {
      const at = pair.indexOf("=");
      return at < 0
        ? { key: undefined, value: decode(pair) }
        : { key: decode(pair.slice(0, at)), value: decode(pair.slice(at + 1)) };
    });
    // A test without a key looks at values whatever their key.
    return tests.some((test) =>
      pairs.some(
        (pair) =>
          test.value.test(pair.value) &&
          (!test.key || (pair.key ? test.key.test(pair.key) : false)),
      ),
    );
  };
}

function sourcePredicate(ranges: readonly string[]): Predicate {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", prefix = "32"] = range.split("/");
    list.addSubnet(address, Number(prefix), isIPv6(address) ? "ipv6" : "ipv4");
  }
  return ({ clientAddress }) => list.check(clientAddress, isIPv6(clientAddress) ? "ipv6" : "ipv4");
}

/** `*` any characters, `?` exactly one, `\` takes the next one as it is. */
function wildcard(pattern: string, flags: string): RegExp {
  const source = pattern.replace(/\\[*?]|[*?]|[.+^${}()|[\]\\]/g, (token) => {
    if (token === "*") return ".*";
    if (token === "?") return ".";
    return token.length === 2 ? token : `\\${token}`;
  });
  return new RegExp(`^${source}$`, `s${flags}`);
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, "");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
