import { expect, test } from "vitest";
import { compileConditions, type RequestFacts } from "../../../lab/dataplane/conditions.ts";
import type { Condition } from "../../../lab/dataplane/model.ts";

const request: RequestFacts = {
  method: "POST",
  path: "/api/v2/cart.json",
  query: "item=Blue%20hat&debug&n=2",
  headers: { host: "Shop.Example.com:8080", "x-canary": "Group-B" },
  clientAddress: "127.0.0.1",
};

const path = (...values: string[]): Condition => ({ field: "path-pattern", values });
const host = (...values: string[]): Condition => ({ field: "host-header", values });
const query = (value: string, key?: string): Condition => ({
  field: "query-string",
  values: [key === undefined ? { value } : { key, value }],
});

test.each<[string, Condition[], boolean]>([
  ["a wildcard", [path("/api/*")], true],
  ["one character", [path("/api/v?/cart.json")], true],
  ["the whole path, not a part", [path("/api")], false],
  ["case of a path counts", [path("/API/*")], false],
  ["a dot is a dot", [path("/api/v2/cartxjson")], false],
  ["any of the values", [path("/x", "/api/v2/cart.json")], true],
  ["host without its port and case", [host("shop.example.com")], true],
  ["host by wildcard", [host("*.example.com")], true],
  ["another host", [host("shop.example.org")], false],
  ["a header's value", [{ field: "http-header", name: "X-Canary", values: ["group-?"] }], true],
  ["a header that is missing", [{ field: "http-header", name: "X-No", values: ["*"] }], false],
  ["the method", [{ field: "http-request-method", values: ["GET", "POST"] }], true],
  ["another method", [{ field: "http-request-method", values: ["GET"] }], false],
  ["a query pair, decoded, any case", [query("blue hat", "ITEM")], true],
  ["a query value of another key", [query("2", "item")], false],
  ["a query value of any key", [query("2")], true],
  ["a query without a value", [query("debug")], true],
  ["an escaped star is a star", [query("\\*")], false],
  ["the source", [{ field: "source-ip", values: ["10.0.0.0/8", "127.0.0.0/8"] }], true],
  ["another source", [{ field: "source-ip", values: ["10.0.0.0/8"] }], false],
  ["all conditions", [path("/api/*"), host("*.example.com")], true],
  ["all conditions, one unmet", [path("/api/*"), host("*.example.org")], false],
])("%s", (_what, conditions, expected) => {
  expect(compileConditions(conditions)(request)).toBe(expected);
});
