import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import { BackoutError } from "../../../base/errors.ts";
import { notNow } from "../../../drills/definition/definition.ts";
import { parseDefinition, readDefinition } from "../../../drills/definition/file.ts";
import { publishedSchema } from "../../../drills/definition/schema.ts";

const directory = mkdtempSync(join(tmpdir(), "backout-definition-"));
afterAll(() => rmSync(directory, { recursive: true }));

function put(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

const GOOD = `version: 1
name: nightly
fault: { name: bad-release-errors, set: { share: 0.4 } }
hypothesis:
  - { probe: error-rate, set: { below: 0.02 } }
  - { name: home, probe: healthy-targets, when: [before, during] }
load: { rate: 80 }
blastRadius: { share: 0.5, tasks: 2 }
abortAlarm: pager
objective: 6m
hold: 5m
allowed: ["22:00-04:00"]
`;

function problemsOf(text: string): { field: string; allowed: string }[] {
  try {
    parseDefinition(text, "d.yaml");
    return [];
  } catch (error) {
    if (!(error instanceof BackoutError)) throw error;
    return error.problems.map(({ field, allowed }) => ({ field, allowed }));
  }
}

describe("a definition", () => {
  test("becomes what the runner is given, durations in milliseconds", async () => {
    const { name, options, requestsPerSecond, fault } = await readDefinition(
      put("good.yaml", GOOD),
    );
    expect({ name, requestsPerSecond }).toEqual({ name: "nightly", requestsPerSecond: 80 });
    expect(fault).toMatchObject({ name: "bad-release-errors", parameters: { share: 0.4 } });
    expect(options).toMatchObject({
      drill: "nightly",
      abortAlarm: "pager",
      caps: { share: 0.5, tasks: 2 },
      objectiveTotalMs: 360_000,
      holdMs: 300_000,
    });
    expect(options.hypothesis?.map(({ name: one, when }) => [one, when])).toEqual([
      ["error-rate", ["before", "after"]],
      ["home", ["before", "during"]],
    ]);
  });

  test("load: off sends nothing, and gives users' minutes a longer baseline", async () => {
    const off = GOOD.replace("{ rate: 80 }", "off");
    const { options, requestsPerSecond } = await readDefinition(put("off.yaml", off));
    expect({ requestsPerSecond, baselineMs: options.baselineMs }).toEqual({
      requestsPerSecond: 0,
      baselineMs: 180_000,
    });
    const some = { tenant: /which the drill must send itself/, latency: /do not show that/ };
    for (const [kind, why] of Object.entries(some)) {
      const text = off.replace("bad-release-errors, set: { share: 0.4 }", `bad-release-${kind}`);
      await expect(readDefinition(put(`${kind}.yaml`, text))).rejects.toThrow(why);
    }
    expect(problemsOf(GOOD.replace("{ rate: 80 }", "on"))).toEqual([
      { field: "d.yaml:7:7: load", allowed: "off, or a mapping with the key rate" },
    ]);
  });

  test("every mistake is named at once, where it stands", () => {
    const bad = `version: 2
name: "-x"
fault: { name: bad-release-errors, set: { share: 7 } }
hypothesis:
  - { probe: horoscope }
  - { probe: p99, set: { belowMs: -1 }, when: [later] }
load: { rate: 0 }
blastRadius: { share: 2 }
objective: soon
colour: red
allowed: ["22:00-04:00"]
blocked: ["09:00-10:00"]
`;
    expect(problemsOf(bad).map(({ field }) => field)).toEqual([
      "d.yaml:1:10: version",
      "d.yaml:2:7: name",
      "d.yaml:3:50: fault.set.share",
      "d.yaml:5:14: hypothesis[0].probe",
      "d.yaml:6:35: hypothesis[1].set.belowMs",
      "d.yaml:6:48: hypothesis[1].when[0]",
      "d.yaml:7:15: load.rate",
      "d.yaml:8:23: blastRadius.share",
      "d.yaml:9:12: objective",
      "d.yaml:10:1: colour",
      "d.yaml:12:10: blocked",
    ]);
  });

  it.each<[string, string, string]>([
    [
      "neither name nor module",
      GOOD.replace("name: bad-release-errors, ", ""),
      "either a name or a module",
    ],
    ["both", GOOD.replace("set: {", "module: ./x.ts, set: {"), "either a name or a module"],
    ["no such fault", GOOD.replace("bad-release-errors", "meteor"), "one of alarm-state"],
    ["a lease that ends before the hold", `${GOOD}ttl: 1m\n`, "at least the hold, 5m"],
    ["a hold that is too short to sustain", `${GOOD}sustain: 10m\n`, "at least sustain, 10m"],
    ["two of a name", GOOD.replace("name: home", "name: error-rate"), "each name once"],
    ["a bad window", GOOD.replace("22:00-04:00", "25:00-04:00"), "HH:MM-HH:MM"],
  ])("%s is refused", (_what, text, allowed) => {
    expect(problemsOf(text)).toEqual([
      expect.objectContaining({ allowed: expect.stringContaining(allowed) }),
    ]);
  });

  test("a module's mistakes are named by member", async () => {
    const path = put("bad.ts", `export default { version: 1, name: "ok", fault: {}, hold: 5 };`);
    await expect(readDefinition(path)).rejects.toMatchObject({
      problems: [{ field: `${path}: hold` }, { field: `${path}: fault` }],
    });
  });

  test("a module's values that JSON does not know are named too", async () => {
    const path = put(
      "big.ts",
      `export default { version: 1n, name: () => 1, fault: { set: 1n } };`,
    );
    const error: unknown = await readDefinition(path).catch((thrown: unknown) => thrown);
    if (!(error instanceof BackoutError)) throw new Error("it was taken");
    expect(error.problems.map(({ field }) => field)).toContain(`${path}: version`);
    expect(JSON.parse(JSON.stringify(error.problems))).toContainEqual(
      expect.objectContaining({ field: `${path}: version`, value: "1n" }),
    );
  });

  test("a module's member that throws is the module's mistake", async () => {
    const path = put("get.ts", `export default { get version() { throw new Error("boom"); } };`);
    await expect(readDefinition(path)).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringContaining("boom"),
    });
  });

  // Written anew: JSON.stringify(publishedSchema()) into that file, then oxfmt.
  test("the published schema is the one that is checked", () => {
    const path = join(import.meta.dirname, "../../../docs/drill-definition.schema.json");
    const published: unknown = JSON.parse(readFileSync(path, "utf8"));
    expect(published).toEqual(JSON.parse(JSON.stringify(publishedSchema())));
  });
});

const definition = (module: string) =>
  put("own.yaml", `version: 1\nname: own\nfault: { module: ${module} }\n`);

describe("a definition's modules", () => {
  test("are not there", async () => {
    await expect(readDefinition(definition("./none.ts"))).rejects.toMatchObject({
      code: "module-not-loaded",
      message: expect.stringContaining("none.ts"),
    });
  });

  test("export no fault: all that is wrong with it at once", async () => {
    put("wrong.ts", `export default { name: "kill-tasks", fidelity: "x", effect: 1 };`);
    const work = readDefinition(definition("./wrong.ts"));
    const error: unknown = await work.catch((thrown: unknown) => thrown);
    if (!(error instanceof BackoutError)) throw new Error("it was taken");
    const fields = error.problems.map(({ field }) => field);
    expect(fields).toEqual(
      expect.arrayContaining(["name", "summary", "fidelity", "reach", "effect"]),
    );
  });

  test("the examples load", async () => {
    const examples = join(import.meta.dirname, "../../../examples/drills");
    const own = await readDefinition(join(examples, "mostlyBroken.ts"));
    expect(own.fault).toMatchObject({ name: "brownout", effect: { status: 503, share: 0.8 } });
    const checkout = await readDefinition(join(examples, "checkout.yaml"));
    expect(checkout.options.hypothesis?.map(({ name }) => name)).toContain("prices are whole");
  });
});

describe("windows and dates", () => {
  it.each<[string, Parameters<typeof notNow>[0], string, RegExp | null]>([
    ["no windows", {}, "2026-03-02T12:00:00Z", null],
    ["inside", { allowed: ["22:00-04:00"] }, "2026-03-02T23:00:00Z", null],
    ["outside", { allowed: ["22:00-04:00"] }, "2026-03-02T12:00:00Z", /only in the windows 22:00/],
    ["blocked", { blocked: ["09:00-17:00"] }, "2026-03-02T12:00:00Z", /blocked window 09:00-17/],
    [
      "by the zone's clock",
      { zone: "America/New_York", blocked: ["09:00-17:00"] },
      "2026-03-02T12:00:00Z",
      null,
    ],
    ["a date", { blockedDates: ["2026-12-24/2027-01-02"] }, "2026-12-31T12:00:00Z", /blocked date/],
  ])("%s", (_what, raw, now, expected) => {
    expect(String(notNow(raw, Date.parse(now)))).toMatch(expected ?? /^null$/);
  });
});
