import { describe, expect, it } from "vitest";
import { blastRadius, capProblems } from "../../../drills/preflight/blastRadius.ts";
import { notCarried, outOfReach } from "../../../drills/preflight/carried.ts";
import { faultFloors } from "../../../drills/preflight/faultFloors.ts";
import { chooseFault, FAULT_NAMES, listFaults } from "../../../drills/faults/registry.ts";
import { stoppedOf } from "../../../drills/steps/stopTasks.ts";
import { faultSchema } from "../../../sidecar/lease.ts";
import { fastSlotAlarms, slotAlarms } from "../../guard/slotAlarms.ts";

/** Name, fidelity, where, what is sure to see it, whether it ends by itself, what sidecars do. */
const CATALOGUE = [
  ["alarm-state", "signal", "lab aws", "errors", true, "outside"],
  ["bad-datapoints", "signal", "lab aws", "fastErrors", true, "outside"],
  ["bad-release-content", "release", "lab aws", "content", true, "content"],
  ["bad-release-crash", "release", "lab aws", "unhealthy", true, "crash"],
  ["bad-release-errors", "release", "lab aws", "errors", true, "errors"],
  ["bad-release-latency", "release", "lab aws", "latency", true, "latency"],
  ["bad-release-memory", "release", "aws", "unhealthy", true, "memory"],
  ["bad-release-path", "release", "lab aws", "errors", true, "errors"],
  ["bad-release-readiness", "release", "lab aws", "unhealthy", true, "readiness"],
  ["bad-release-slow-start", "release", "lab aws", "unhealthy", true, "slow-start"],
  ["bad-release-tenant", "release", "lab aws", "errors", true, "errors"],
  ["black-hole", "infrastructure", "lab aws", "unhealthy", true, "black-hole"],
  ["fail-health-checks", "infrastructure", "lab aws", "unhealthy", false, "outside"],
  ["failing-api", "infrastructure", "lab", "errors", true, "errors"],
  ["fis-experiment", "infrastructure", "aws", "unhealthy", true, "outside"],
  ["guard-alarm-actions", "guard", "lab aws", "errors", false, "errors"],
  ["guard-alarm-blind", "guard", "lab aws", "errors", false, "errors"],
  ["guard-alarm-muted", "guard", "lab aws", "errors", true, "errors"],
  ["guard-alarm-warm-up", "guard", "lab aws", "errors", true, "errors"],
  ["guard-concurrency", "guard", "lab aws", "errors", false, "errors"],
  ["guard-function-crash", "guard", "lab aws", "errors", false, "errors"],
  ["guard-function-timeout", "guard", "lab aws", "errors", false, "errors"],
  ["guard-home-unfit", "guard", "lab aws", "errors", false, "errors"],
  ["guard-killed-mid-way", "guard", "lab aws", "errors", false, "errors"],
  ["guard-notice-denied", "guard", "lab aws", "errors", true, "errors"],
  ["guard-permission", "guard", "lab aws", "errors", false, "errors"],
  ["guard-record-store", "guard", "lab aws", "errors", true, "errors"],
  ["guard-role-denied", "guard", "lab aws", "errors", true, "errors"],
  ["guard-weights-drift", "guard", "lab aws", "errors", false, "errors"],
  ["kill-tasks", "infrastructure", "lab aws", "unhealthy", true, "outside"],
  ["slow-target", "infrastructure", "lab aws", "latency", true, "latency"],
] as const;

describe("the catalogue", () => {
  it("is this, and nothing else", () => {
    expect(CATALOGUE.map(([name]) => name)).toEqual(FAULT_NAMES);
    const listed = listFaults().map((fault) => {
      const { name, fidelity, targets, breaks, expiresItself } = fault;
      return [name, fidelity, targets.join(" "), breaks, expiresItself];
    });
    expect(listed).toEqual(CATALOGUE.map((row) => row.slice(0, 5)));
  });

  it.each(CATALOGUE)("%s: what a sidecar is told it understands", (...row) => {
    const { effect } = chooseFault(row[0]);
    expect(faultSchema.parse(effect)).toEqual(effect);
    expect(effect.kind).toBe(row[5]);
  });

  it("every drill says what its runner must be allowed, and the guard's which way home is left", () => {
    for (const { name, fidelity, permissions, homeBy } of listFaults()) {
      expect(permissions).toContain("elasticloadbalancing:ModifyListener");
      expect(permissions.every((action) => /^[a-z]+:[A-Z]\w+$/.test(action))).toBe(true);
      expect(name.startsWith("guard-")).toBe(fidelity === "guard");
      expect(homeBy === null).toBe(fidelity !== "guard");
    }
    const needed = new Map(listFaults().map(({ name, permissions }) => [name, permissions]));
    expect(needed.get("kill-tasks")).toContain("ecs:StopTask");
    expect(needed.get("guard-role-denied")).toContain("iam:PutRolePolicy");
    expect(needed.get("bad-release-errors")).not.toContain("iam:PutRolePolicy");
  });

  it("every parameter is described, and has a range or a choice", () => {
    for (const { parameters } of listFaults()) {
      for (const schema of Object.values(parameters.properties ?? {})) {
        expect(schema).toMatchObject({ description: expect.stringMatching(/\w/) });
      }
    }
  });

  it.each([
    ["alarm-state", { signal: "weather" }, /signal/],
    ["bad-datapoints", { failedRequests: 1 }, /failedRequests/],
    ["bad-release-path", { path: "basket", loadShare: 0 }, /path[\s\S]*loadShare/],
    ["bad-release-tenant", { header: "X-Tenant", tenant: "a b" }, /header[\s\S]*tenant/],
    ["bad-release-slow-start", { notReadySeconds: 0 }, /notReadySeconds/],
    ["bad-release-readiness", { status: 200 }, /status/],
    ["black-hole", { patienceMs: 60_000 }, /patienceMs/],
    ["fail-health-checks", { share: 1 }, /share/],
    ["failing-api", { kind: "meteor", probability: 2 }, /kind[\s\S]*probability/],
    ["fis-experiment", { template: "mine", breaks: "mood" }, /template[\s\S]*breaks/],
    ["kill-tasks", { percent: 0, count: 0, everySeconds: 61 }, /percent[\s\S]*count[\s\S]*every/],
    ["slow-target", { addedMs: 60_000 }, /addedMs/],
  ])("%s with %j is refused, all at once", (name, given, sentence) => {
    expect(() => chooseFault(name, given)).toThrow(sentence);
  });
});

describe("floors (30 s of delivery delay, health checks every 10 s)", () => {
  const timing = { deliveryDelayMs: 30_000, onsetMs: 0 };
  const checks = { leastOnsetMs: 10_000, onsetMs: 20_000 };

  it.each([
    // A push on the alarm: it holds until the next evaluation, and no longer.
    ["alarm-state", {}, timing, { detect: 0, detectWorst: 60_000 }],
    ["alarm-state", { signal: "fastErrors" }, timing, { detect: 0, detectWorst: 10_000 }],
    // What is published is there at once: two of three periods of ten seconds.
    ["bad-datapoints", {}, timing, { detect: 10_000, detectWorst: 40_000 }],
    // A fifth of the requests: 15 s of them are 5 % of a minute, or two fast periods.
    ["bad-release-path", {}, timing, { detect: 10_000, detectWorst: 210_000 }],
    [
      "bad-release-readiness",
      {},
      { ...timing, ...checks },
      { detect: 43_000, detectWorst: 290_000 },
    ],
    ["fail-health-checks", {}, { ...timing, ...checks }, { detect: 43_000, detectWorst: 290_000 }],
    ["bad-release-slow-start", {}, timing, { detect: 33_000, detectWorst: 270_000 }],
    ["kill-tasks", {}, { ...timing, tasks: 4 }, { detect: 33_000, detectWorst: 270_000 }],
  ])("%s %j", (name, given, when, floors) => {
    expect(faultFloors(chooseFault(name, given), fastSlotAlarms("green"), when)).toEqual(floors);
  });

  it.each([
    ["bad-release-tenant", { loadShare: 0.05 }, timing, /"loadShare":0.05.*whose threshold is 5/],
    ["bad-release-path", { share: 0.2 }, timing, /"share":0.2.*whose threshold is 5/],
    ["bad-release-slow-start", { notReadySeconds: 179 }, timing, /"notReadySeconds":179/],
    ["kill-tasks", { count: 3 }, { ...timing, tasks: 4 }, /"count":3.*green-unhealthy/],
    ["kill-tasks", { percent: 75 }, { ...timing, tasks: 4 }, /"percent":75/],
    ["slow-target", { addedMs: 1_000 }, timing, /"addedMs":1000.*whose threshold is 1/],
    ["bad-release-content", {}, timing, /no signal here reads that/],
  ])("%s with %j is refused with the figure: no alarm ever sees it", (name, given, when, why) => {
    const floors = () => faultFloors(chooseFault(name, given), slotAlarms("green"), when);
    expect(floors).toThrow(expect.objectContaining({ code: "undetectable-fault" }));
    expect(floors).toThrow(why);
  });
});

describe("what can be run where", () => {
  it.each([
    ["failing-api", "aws", /failing-api does not run on aws: AWS's API does not fail on demand/],
    ["bad-release-memory", "lab", /does not run on lab: .* no memory limit ends/],
    ["fis-experiment", "lab", /does not run on lab: AWS FIS is a service of AWS's own/],
    [
      "fis-experiment",
      "aws",
      /cannot run like this: it needs the id of a template: --set template=/,
    ],
    ["kill-tasks", "kubernetes", /does not run on kubernetes: it acts on lab and aws only/],
    ["bad-release-content", "lab", /no signal here reads that/],
    ["kill-tasks", "lab", /^it does$/],
  ] as const)("%s on %s", (name, target, reason) => {
    expect(outOfReach(chooseFault(name), target) ?? "it does").toMatch(reason);
  });

  it("a signal that the environment does not have is named, with what turns it on", () => {
    const fault = chooseFault("bad-datapoints");
    expect(notCarried(fault, "lab", slotAlarms("green"))).toMatch(/fastErrors.*fastSignals/);
    expect(notCarried(fault, "lab", fastSlotAlarms("green"))).toBeNull();
  });
});

describe("the blast radius", () => {
  const extent = { candidate: "green", healthyTargets: { blue: 1, green: 4 }, tasks: 4 } as const;

  it("the share is capped, and the cap itself checked", () => {
    const fault = chooseFault("bad-release-tenant", { loadShare: 0.5, share: 0.5 });
    expect(capProblems(fault, { share: 0.25 })).toEqual([]);
    expect(capProblems(fault, { share: 0.2 })).toMatchObject([{ field: "caps.share", value: 0.2 }]);
    expect(capProblems(fault, { share: 0, tasks: 0.5 })).toMatchObject([
      { field: "caps.share" },
      { field: "caps.tasks" },
    ]);
  });

  it("tasks are capped, and the side to come back to must be there: both are said", () => {
    const fault = chooseFault("kill-tasks");
    expect(blastRadius(fault, { tasks: 4 }, extent)).toEqual([]);
    const unhealthy = { ...extent, healthyTargets: { blue: 0, green: 4 } };
    expect(blastRadius(fault, { tasks: 3 }, unhealthy)).toEqual([
      "slot blue, to which the traffic is to come back, has no healthy target",
      "kill-tasks touches 4 of 4 tasks of slot green, and the cap is 3",
    ]);
  });

  it.each([
    [4, { percent: 1 }, 1],
    [4, { percent: 26 }, 2],
    [4, { percent: 100 }, 4],
    [4, { count: 9 }, 4],
    [0, { percent: 100 }, 0],
  ])("of %i tasks, %j are %i", (tasks, howMany, stopped) => {
    expect(stoppedOf(tasks, howMany)).toBe(stopped);
  });
});
