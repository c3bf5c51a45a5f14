/** Which headers a load balancer passes on, whatever their case, and the trace ids that it adds. */
import { expect, test } from "vitest";
import { newTraceId, requestHeaders, responseHeaders } from "../../../lab/dataplane/headers.ts";
import { headOf } from "../../../lab/dataplane/network.ts";
import type { BalancerSettings } from "../../../lab/dataplane/model.ts";

const SETTINGS: BalancerSettings = {
  arn: "lb",
  dimension: "app/checkout/0123456789abcdef",
  idleTimeoutMs: 60_000,
  forwardedFor: "remove",
  forwardedForPort: false,
  dropInvalidHeaders: false,
};

/** The names that reach the target for a request with just this header. */
function forwarded(name: string): readonly string[] {
  const head = { ...headOf({ method: "GET", url: "/", headers: {}, body: "" }, "shop") };
  const list = requestHeaders({ ...head, rawHeaders: [name, "x"] }, SETTINGS, 80, "1-2-3");
  return list.filter((_, index) => index % 2 === 0);
}

const ADDED = ["X-Forwarded-Proto", "X-Forwarded-Port", "X-Amzn-Trace-Id"];

test.for([
  "Connection",
  "keep-alive",
  "TE",
  "Transfer-Encoding",
  "UPGRADE",
  "Expect",
  "x-forwarded-proto",
  "X-Forwarded-Port",
])("%s ends at the load balancer", (name) => {
  expect(forwarded(name)).toEqual(ADDED);
});

test.for(["Accept", "Referer", "X-Request", "Set-Cookie2", "X-Forwarded-Host", "a".repeat(300)])(
  "%s goes on as it is, though a header that ends here may be as long",
  (name) => {
    expect(forwarded(name)).toEqual([name, ...ADDED]);
  },
);

test("of the target's headers those of its own connection end here", () => {
  const headers = { connection: "close", "keep-alive": "timeout=5", trailer: "x", server: "s" };
  expect(responseHeaders({ ...headers, "x-release": "blue" }, true)).toEqual([
    "server",
    "s",
    "x-release",
    "blue",
  ]);
  expect(responseHeaders(headers, false)).toEqual([]);
});

test("trace ids carry the second of their request and never repeat", () => {
  const seconds = [1_700_000_000, 1_700_000_000, 1_700_000_001, 1_700_000_000];
  const ids = seconds.map((second) => newTraceId(second * 1000 + 999));
  expect(ids.map((id) => Number.parseInt(id.split("-")[1] ?? "", 16))).toEqual(seconds);
  expect(new Set(ids.map((id) => id.split("-")[2])).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
});
