import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { isAsleep, noticeOf } from "../../../guard/notices/notice.ts";
import { pagerDutyEvent } from "../../../guard/notices/pagerDuty.ts";
import { cut, slackMessage } from "../../../guard/notices/slack.ts";
import { verificationNotice } from "../../../guard/notices/verificationNotice.ts";
import { parseWebhooks, tellWebhooks } from "../../../guard/notices/webhooks.ts";
import { Outcome, type Reversion } from "../../../guard/reversion.ts";
import type { Verification } from "../../../guard/verification/verification.ts";

const REVERTED: Reversion = {
  schemaVersion: 1,
  id: "r1",
  environment: "checkout",
  outcome: "reverted",
  path: "primary",
  why: "slot green is the candidate and alarms",
  alarm: {
    name: "checkout-green",
    slot: "green",
    stateAt: "",
    reason: "31 % > 5 % <!channel> & so",
  },
  receivedAt: "2026-01-01T00:00:00.000Z",
  decidedAt: "2026-01-01T00:00:01.000Z",
  writtenAt: "2026-01-01T00:00:01.500Z",
  verifiedAt: "2026-01-01T00:00:02.000Z",
  weightsBefore: { blue: 75, green: 25 },
  weightsAfter: { blue: 100, green: 0 },
  explanation: null,
};

describe("nobody is paged for an idle slot that was put to rest", () => {
  const told: Reversion = {
    ...REVERTED,
    outcome: "notified",
    weightsBefore: { blue: 1, green: 0 },
  };
  test.each([
    ["one that is kept without tasks", told, 0, true],
    ["one that should have tasks", told, 1, false],
    ["one whose size nobody changes", told, null, false],
    ["one that has traffic", { ...told, weightsBefore: { blue: 0, green: 1 } }, 0, false],
    ["one whose weight is not known", { ...told, weightsBefore: null }, 0, false],
    ["a reversion", { ...told, outcome: Outcome.Reverted }, 0, false],
  ])("%s", (_what, reversion, idleCount, asleep) => {
    expect(isAsleep(reversion, idleCount)).toBe(asleep);
  });
});

describe("a notice answers what a person asks first", () => {
  test("of a reversion: whom it hurt, what was done, what is asked, when it is over", () => {
    expect(noticeOf(REVERTED)).toEqual({
      environment: "checkout",
      severity: "error",
      headline: "checkout: slot green is bad, all new requests go to the other slot",
      impact: "slot green got 25 % of the new requests when it was looked at",
      done: "slot green is the candidate and alarms; 31 % > 5 % <!channel> & so",
      asked:
        "mend the release in slot green; nothing moves there until `backout env unlatch checkout`",
      over: "by 2026-01-01T00:01:02.000Z at the latest, when the requests that were under way have ended",
      key: "backout/checkout/green",
      resolved: false,
      at: "2026-01-01T00:00:01.000Z",
    });
  });

  test.each<
    [Partial<Reversion>, { impact?: string; asked?: string; over?: string; severity: string }]
  >([
    [
      { outcome: "failed", verifiedAt: null },
      {
        severity: "critical",
        asked:
          "bring the traffic to slot blue by hand: `backout env rollback checkout`, or in the load " +
          "balancer's console; then find out why the guard could not",
        over: "not before a person acts",
      },
    ],
    [{ outcome: "refused" }, { severity: "critical", over: "not before a person acts" }],
    [{ outcome: "notified" }, { severity: "warning", over: "not known: nothing was decided" }],
    [
      { weightsBefore: null },
      { severity: "error", impact: "unknown: the weights could not be read" },
    ],
    [
      { weightsBefore: { blue: 0, green: 0 } },
      { severity: "error", impact: "no slot had any weight" },
    ],
    [
      { outcome: "already-home", weightsBefore: { blue: 100, green: 0 } },
      { severity: "warning", impact: "slot green got no new requests when it was looked at" },
    ],
  ])("%j", (different, expected) => {
    expect(noticeOf({ ...REVERTED, ...different })).toMatchObject(expected);
  });

  test("a failure, its retry and its success have one key: receivers put them together", () => {
    const keys = Object.values(Outcome).map((outcome) => noticeOf({ ...REVERTED, outcome }).key);
    expect(new Set(keys).size).toBe(1);
  });
});

describe("formats", () => {
  test("Slack: what a reason says is text and calls nobody", () => {
    const text = JSON.stringify(slackMessage(noticeOf(REVERTED)));
    expect(text).toContain("31 % &gt; 5 % &lt;!channel&gt; &amp; so");
    expect(text).not.toContain("<!channel>");
  });

  test("Slack: nothing is longer than Slack takes", () => {
    const long = noticeOf({ ...REVERTED, environment: "e".repeat(400), why: "&".repeat(4_000) });
    const { blocks } = slackMessage(long) as { blocks: { text?: { text: string } }[] };
    const lengths = blocks.map(({ text }) => text?.text.length ?? 0);
    expect(lengths[0]).toBe(150);
    expect(Math.max(...lengths.slice(1))).toBe(3_000);
  });

  test.each([
    ["short", 5, "short"],
    ["longer", 5, "long…"],
    ["abc😀d", 5, "abc…"],
  ])("%s in %d characters is %s", (text, length, expected) => {
    expect(cut(text, length)).toBe(expected);
  });

  test("PagerDuty: an event of its Events API v2", () => {
    expect(pagerDutyEvent(noticeOf(REVERTED), "R0UT1NG")).toMatchObject({
      routing_key: "R0UT1NG",
      event_action: "trigger",
      dedup_key: "backout/checkout/green",
      payload: {
        summary: "checkout: slot green is bad, all new requests go to the other slot",
        source: "checkout",
        severity: "error",
        timestamp: "2026-01-01T00:00:01.000Z",
      },
    });
    const resolved = pagerDutyEvent({ ...noticeOf(REVERTED), resolved: true }, "R0UT1NG");
    expect(resolved).toMatchObject({ event_action: "resolve" });
  });
});

describe("a verification", () => {
  const verified: Verification = {
    schemaVersion: 1,
    version: 3,
    id: "r1",
    kind: "reversion",
    left: "green",
    home: "blue",
    why: "slot green is the candidate and alarms",
    at: "2026-01-01T00:00:02.000Z",
    since: "2026-01-01T00:00:10.000Z",
    lookedAt: "2026-01-01T00:03:10.000Z",
    outcome: "good",
    checks: [{ name: "weights", outcome: "good", says: "all on slot blue" }],
    final: true,
    told: null,
  };

  test("that is good closes what the reversion opened", () => {
    const opened = noticeOf(REVERTED);
    const closed = verificationNotice("checkout", verified);
    expect(closed).toMatchObject({
      key: opened.key,
      resolved: true,
      severity: "info",
      headline: "checkout: the way home to slot blue is verified",
      done: "weights: all on slot blue",
    });
    expect(pagerDutyEvent(closed, "R0UT1NG")).toMatchObject({ event_action: "resolve" });
  });

  test.each(["bad", "inconclusive", "error"] as const)("that is %s closes nothing", (outcome) => {
    const notice = verificationNotice("checkout", { ...verified, outcome });
    expect(notice.resolved).toBe(false);
    expect(notice.headline).toContain("NOT verified");
  });
});

describe("receivers", () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function receiver(status: number | "silent"): Promise<{ url: string; bodies: string[] }> {
    const bodies: string[] = [];
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        bodies.push(body);
        if (status !== "silent") response.writeHead(status).end("ok");
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}/`, bodies };
  }

  test("each gets its own format", async () => {
    const { url, bodies } = await receiver(202);
    const logged: string[] = [];
    const webhooks = { slackUrl: url, pagerDutyRoutingKey: "R0UT1NG", pagerDutyUrl: url };
    await tellWebhooks(noticeOf(REVERTED), webhooks, (line) => logged.push(line));
    expect(logged).toEqual([]);
    expect(new Set(bodies.map((body) => Object.keys(JSON.parse(body) as object)[0]))).toEqual(
      new Set(["routing_key", "text"]),
    );
  });

  test.each([
    [500, "Slack could not be told: it answered HTTP 500"],
    ["silent", "Slack could not be told: The operation was aborted due to timeout"],
  ] as const)("one that answers %s is given up and logged", async (status, line) => {
    const { url } = await receiver(status);
    const logged: string[] = [];
    const only = { slackUrl: url, pagerDutyUrl: url };
    await tellWebhooks(noticeOf(REVERTED), only, (said) => logged.push(said), 100);
    expect(logged).toEqual([line]);
  });

  test("settings that nobody wrote stop the function's start", () => {
    expect(parseWebhooks(undefined)).toEqual({
      pagerDutyUrl: "https://events.pagerduty.com/v2/enqueue",
    });
    expect(() => parseWebhooks('{"slack":"x"}')).toThrow("slack");
  });
});
