/** Drills where users are: nothing is sent, little is broken, and breaking everything is asked about. */
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { parseSchedules } from "../../drills/schedule/file.ts";
import type { Live } from "../../scripts/live.ts";
import type { LabStatus } from "../../scripts/runningLab.ts";
import { catalogued } from "../../scripts/drillJobs.ts";
import {
  askName,
  defaultRate,
  fitted,
  mustAsk,
  reasonOf,
  refuseUnfit,
  userProblems,
} from "../../scripts/liveDrills.ts";

const live: Live = {
  account: "123456789012",
  region: "eu-central-1",
  profile: undefined,
  endpoint: undefined,
};
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only that there is one counts
const lab = {} as LabStatus;
const AWS = { live, lab: undefined };
const LAB = { live: undefined, lab };
const REHEARSAL = { live, lab };
type Where = typeof AWS | typeof LAB | typeof REHEARSAL;

test("a drill sends requests where nobody else does", () => {
  expect([AWS, LAB, REHEARSAL].map(defaultRate)).toEqual([0, 50, 50]);
});

test("users' requests are watched for minutes, and half of them is the most that may break", () => {
  const job = catalogued("bad-release-errors", { set: {} });
  expect(fitted(job, 0, AWS).options).toMatchObject({ baselineMs: 180_000, caps: { share: 0.5 } });
  expect(fitted(job, 20, AWS).options).not.toHaveProperty("baselineMs");
  expect(fitted(job, 50, LAB).options).toEqual(job.options);
  const said = catalogued("bad-release-errors", { set: {}, maxShare: 0.4, maxTasks: 2 });
  expect(fitted(said, 0, AWS).options.caps).toEqual({ share: 0.4, tasks: 2 });
});

function fields(name: string, rate: number, options: object = {}, where: Where = AWS): string[] {
  const job = fitted(catalogued(name, { set: {}, ...options }), rate, where);
  return userProblems(job, rate, where).map(({ field }) => field);
}

describe("what users cannot carry is refused by name, all of it at once", () => {
  test.each([
    ["bad-release-errors", 0, {}, []],
    ["guard-permission", 0, {}, []],
    ["bad-release-crash", 0, {}, ["--max-share"]],
    ["bad-release-crash", 0, { maxShare: 1 }, []],
    ["bad-release-path", 0, {}, ["--rate"]],
    ["bad-release-latency", 0, {}, ["--rate", "--max-share"]],
    ["bad-release-latency", 20, { maxShare: 1 }, []],
  ])("%s at %d requests/s with %j: %j", (name, rate, options, expected) => {
    expect(fields(name, rate, options)).toEqual(expected);
  });

  test("in a lab there are no users, also where it stands in for AWS", () => {
    expect(fields("bad-release-latency", 50, {}, LAB)).toEqual([]);
    expect(fields("bad-release-latency", 50, {}, REHEARSAL)).toEqual([]);
  });

  test("a list says why", () => {
    const job = fitted(catalogued("bad-release-crash", { set: {} }), 0, AWS);
    expect(reasonOf(userProblems(job, 0, AWS))).toContain("bad-release-crash reaches");
    expect(reasonOf([])).toBeNull();
  });
});

function file(drill: string, more = "") {
  return parseSchedules(
    `version: 1
schedules:
  - {name: nightly, environments: [checkout], drills: [kill-tasks, ${drill}], cron: "0 3 * * *"${more}}
`,
    "drills.yaml",
    0,
  );
}

describe("a schedule file", () => {
  test("with a drill that AWS cannot carry is refused by schedule and drill", () => {
    expect(() => refuseUnfit("drills.yaml", file("failing-api"), AWS)).toThrow(
      /drills of schedule nightly: "failing-api".*does not run on aws/,
    );
    expect(() => refuseUnfit("drills.yaml", file("failing-api"), LAB)).not.toThrow();
  });

  test("with a drill that needs requests of its own must say how many", () => {
    expect(() => refuseUnfit("drills.yaml", file("slow-target"), AWS)).toThrow(
      /rate of schedule nightly.*slow-target/,
    );
    expect(() => refuseUnfit("drills.yaml", file("slow-target", ", rate: 20"), AWS)).not.toThrow();
  });
});

test.each([
  [{ live: true, all: true }, true, true],
  [{ live: true, all: true, json: true, yes: true }, false, false],
  [{ live: true, all: true, yes: true }, true, false],
  [{ live: true, all: true, dryRun: true }, false, false],
  [{ live: true }, false, false],
  [{ all: true }, false, false],
])("%j, a terminal: %j, asks first: %j", (options, isTerminal, asks) => {
  expect(mustAsk(options, isTerminal)).toBe(asks);
});

test.each([
  [{ live: true, all: true }, false],
  [{ live: true, all: true, json: true }, true],
])("%j, a terminal: %j, is refused: nobody can be asked", (options, isTerminal) => {
  expect(() => mustAsk(options, isTerminal)).toThrow(/nobody can be asked/);
});

test("the environment's name goes on", async () => {
  await expect(answered("checkout\n")).resolves.toBeUndefined();
});

test.each(["search\n", "yes\n", "\n", ""])("%j in its place does not", async (typed) => {
  await expect(answered(typed)).rejects.toThrow('that was not "checkout": nothing was touched');
});

async function answered(typed: string): Promise<void> {
  const input = new PassThrough();
  const asking = askName("checkout", input, new PassThrough());
  input.end(typed);
  return asking;
}
