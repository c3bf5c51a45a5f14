/** Which slot is asked how, and whose answer it was. */
import { describe, expect, test } from "vitest";
import { type ProbePlan, probeSlots } from "../../../guard/watchdog/ask.ts";
import type { ProbeAnswer, ProbeRequest } from "../../../guard/watchdog/probe.ts";
import { allOn } from "../../../guard/slot.ts";

const PLAIN: ProbePlan = { url: "http://shop:80/", route: null, errorRatePercent: 5 };
const ROUTED: ProbePlan = { ...PLAIN, route: { header: "x-slot", secret: null } };

function asking(answer: (request: ProbeRequest, index: number) => Partial<ProbeAnswer>) {
  const asked: ProbeRequest[] = [];
  const probe = async (request: ProbeRequest): Promise<ProbeAnswer> => {
    asked.push(request);
    return { status: 200, connected: true, slot: null, ...answer(request, asked.length - 1) };
  };
  return { asked, ports: { probe, sleep: async () => {} } };
}

describe("with a tester's route", () => {
  test("asks both slots in turn, whatever the weights, and tells them apart", async () => {
    const { asked, ports } = asking(({ headers }) =>
      headers["x-slot"] === "green" ? { status: 500 } : {},
    );
    const judgement = await probeSlots("green", allOn("green"), ROUTED, ports);
    expect(asked.map(({ headers }) => headers["x-slot"]).slice(0, 4)).toEqual([
      "green",
      "blue",
      "green",
      "blue",
    ]);
    expect(judgement).toMatchObject({
      outcome: "bad",
      why: expect.stringContaining("40 of 40 probes failed, against 0 of 40"),
    });
  });

  test("sends the secret where there is one", async () => {
    const { asked, ports } = asking(() => ({}));
    const plan = { ...PLAIN, route: { header: "x-slot", secret: "s3cret" } };
    await probeSlots("blue", null, plan, ports);
    expect(asked[0]?.headers).toEqual({ "x-slot": "blue.s3cret" });
  });

  test("a route that leads to the other slot says nothing of the suspect: an error", async () => {
    const { ports } = asking(() => ({ slot: "blue" }));
    const judgement = await probeSlots("green", allOn("blue"), ROUTED, ports);
    expect(judgement).toMatchObject({ outcome: "error" });
    expect(judgement.why).toContain("nobody can say which slot answered");
  });
});

describe("without one", () => {
  test("all answers are the suspect's while it has all the traffic", async () => {
    const { asked, ports } = asking((_request, index) => ({ status: index % 2 ? 503 : 200 }));
    const judgement = await probeSlots("green", allOn("green"), PLAIN, ports);
    expect(asked).toHaveLength(40);
    expect(judgement).toMatchObject({
      outcome: "bad",
      why: expect.stringContaining("20 of 40 probes failed, against 5 % allowed"),
    });
  });

  test("of shared traffic, answers are told apart by who says that it answered", async () => {
    const { asked, ports } = asking((_request, index) =>
      index % 2 ? { slot: "green", status: 500 } : { slot: "blue" },
    );
    const judgement = await probeSlots("green", { blue: 50, green: 50 }, PLAIN, ports);
    expect(asked).toHaveLength(80);
    expect(judgement.outcome).toBe("bad");
  });

  test("and shared traffic of which nobody says it is an error, never good", async () => {
    const { ports } = asking(() => ({}));
    const judgement = await probeSlots("green", { blue: 50, green: 50 }, PLAIN, ports);
    expect(judgement.outcome).toBe("error");
  });
});

describe("every probe is announced before it is sent", () => {
  test.each([
    ["by a route: 40 to each", ROUTED, allOn("green"), { blue: 40, green: 40 }],
    ["to the one with all the traffic", PLAIN, allOn("green"), { blue: 0, green: 40 }],
    // 80 x (0.5 + 3.1 x sqrt(0.25 / 80)), and the same of 0.95 and 0.05.
    ["to either: the most of each", PLAIN, { blue: 50, green: 50 }, { blue: 53.9, green: 53.9 }],
    ["to one with little weight: not all", PLAIN, { blue: 95, green: 5 }, { blue: 80, green: 10 }],
  ])("%s", async (_story, plan, weights, expected) => {
    const { asked, ports } = asking(() => ({}));
    const sum = { blue: 0, green: 0 };
    let calls = 0;
    const announce = (counts: typeof sum): void => {
      calls++;
      sum.blue += counts.blue;
      sum.green += counts.green;
      // What has been sent was announced.
      expect(sum.blue + sum.green).toBeGreaterThanOrEqual(Math.min(asked.length, 1));
    };
    await probeSlots("green", weights, plan, { ...ports, announce });
    expect(sum.blue).toBeCloseTo(expected.blue, 0);
    expect(sum.green).toBeCloseTo(expected.green, 0);
    expect(calls).toBe(4);
  });
});

test("a round that reaches nobody is an error", async () => {
  const { ports } = asking(() => ({ status: null, connected: false }));
  for (const plan of [PLAIN, ROUTED]) {
    for (const weights of [allOn("green"), { blue: 50, green: 50 }]) {
      expect((await probeSlots("green", weights, plan, ports)).outcome).toBe("error");
    }
  }
});
