/** Experiments of AWS FIS: what is asked of it, on the wire and by a drill's step. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { afterEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { connectExperiments } from "../../drills/outside/connectExperiments.ts";
import type { Experiment, ExperimentTarget } from "../../drills/outside/experiments.ts";
import { runsExperiment, strangerIn } from "../../drills/steps/experiment.ts";
import { restoreStep } from "../../drills/steps/restore.ts";
import type { StepPorts } from "../../drills/steps/step.ts";
import { initialRecord } from "../../guard/record.ts";

const TARGET: ExperimentTarget = {
  name: "tasks",
  resourceType: "aws:ecs:task",
  resourceArns: [],
  resourceTags: {},
  parameters: { cluster: "checkout", service: "checkout-green" },
};

describe("on the wire", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  it("is signed for fis, and follows pages", async () => {
    const asked: string[] = [];
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = Buffer.concat(chunks).toString();
        asked.push(`${request.method} ${request.url} ${body}`.trim());
        const isSigned = /\/eu-west-1\/fis\/aws4_request/.test(request.headers.authorization ?? "");
        response.statusCode = isSigned ? 200 : 403;
        const second = request.url?.includes("nextToken=p2");
        const one = {
          id: second ? "EXP2" : "EXP1",
          experimentTemplateId: "EXT1",
          state: { status: "running", reason: "as told" },
          startTime: 1_700_000_000.5,
          tags: { mine: second ? "yes" : "no" },
        };
        const page = { experiments: [one], ...(second ? {} : { nextToken: "p2" }) };
        const isList = request.method === "GET" && request.url?.startsWith("/experiments?");
        if (request.url?.endsWith("/gone")) response.statusCode = 404;
        const answer = isList ? page : { experiment: one, message: "there is none" };
        response.end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => void server?.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const client = new LambdaClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: "eu-west-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
    });
    const experiments = connectExperiments(client.config);
    expect(await experiments.start("EXT1", "lease-1", { mine: "yes" })).toBe("EXP1");
    expect(await experiments.get("EXP1")).toMatchObject({
      status: "running",
      startedMs: 1_700_000_000_500,
    });
    expect(await experiments.tagged("EXT1", "mine", "yes")).toMatchObject([{ id: "EXP2" }]);
    await experiments.stop("EXP1");
    await expect(experiments.get("gone")).rejects.toThrow(/with 404: there is none/);
    expect(asked).toEqual([
      'POST /experiments {"clientToken":"lease-1","experimentTemplateId":"EXT1","tags":{"mine":"yes"}}',
      "GET /experiments/EXP1",
      "GET /experiments?experimentTemplateId=EXT1&maxResults=100",
      "GET /experiments?experimentTemplateId=EXT1&maxResults=100&nextToken=p2",
      "DELETE /experiments/EXP1",
      "GET /experiments/gone",
    ]);
  });
});

describe("what a template may reach", () => {
  it.each([
    ["the candidate's service by parameters", {}, []],
    [
      "the candidate's service by its ARN",
      {
        parameters: {},
        resourceArns: ["arn:aws:ecs:eu-west-1:1:service/checkout/checkout-green"],
      },
      [],
    ],
    [
      "the stable slot's service",
      { parameters: { cluster: "checkout", service: "checkout-blue" } },
      [
        expect.stringMatching(
          /is not held to this environment: give it the parameters cluster=checkout and service=checkout-green/,
        ),
      ],
    ],
    [
      "all that carries the environment's tag",
      { parameters: {}, resourceTags: { "backout:environment": "checkout" } },
      [expect.stringMatching(/reaches the stable slot as well/)],
    ],
    ["anything", { parameters: {} }, [expect.stringMatching(/is not held to this environment/)]],
  ])("%s", (_name, change, why) => {
    const found = strangerIn({ ...TARGET, ...change }, "checkout", "green");
    expect(found).toEqual(why);
  });
});

describe("a drill's step", () => {
  const clock = new ManualClock(0);
  const scene = { runId: "r", leaseId: "l1", candidate: "green", expiresWallMs: 1 } as const;

  function world(targets: readonly ExperimentTarget[] = [TARGET]) {
    const all: Experiment[] = [];
    const set = (status: string): void => {
      all.splice(0, 1, ...all.slice(0, 1).map((one) => ({ ...one, status })));
    };
    const experiments = {
      targetsOf: async () => targets,
      start: async (_template: string, _token: string, tags: Record<string, string>) => {
        all.push({ id: "EXP1", status: "running", reason: "", startedMs: 7, tags });
        return "EXP1";
      },
      get: async () => all[0] ?? Promise.reject(new Error("no such experiment")),
      stop: async () => set("stopped"),
      tagged: async (_template: string, key: string, value: string) =>
        all.filter(({ tags }) => tags[key] === value),
    };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the step asks for
    const ports = {
      clock,
      pollWallMs: 1_000,
      outside: { experiments },
      store: { read: async () => initialRecord("checkout") },
    } as unknown as StepPorts;
    return { all, set, ports };
  }

  it("acts while it runs, is over when it ends, and is undone from the journal", async () => {
    const { all, set, ports } = world();
    const prepared = await runsExperiment("EXT1").prepare(ports, scene);
    if (!("step" in prepared)) throw new Error(prepared.problems.join());
    const { step } = prepared;
    expect(await restoreStep(step.data).undo(ports)).toEqual([]);
    const acting = await step.begin(ports);
    expect(acting.sinceWallMs).toBe(7);
    expect(await acting.actedSince(0)).toBe(true);
    set("completed");
    expect(await acting.actedSince(0)).toBe(false);
    expect(acting.isOver()).toBe(true);
    set("running");
    expect(await restoreStep(JSON.parse(JSON.stringify(step.data))).undo(ports)).toEqual([]);
    expect(all).toMatchObject([{ status: "stopped", tags: { "backout:drill-lease": "l1" } }]);
  });

  it("is not begun for a template that may reach the stable slot", async () => {
    const elsewhere = { ...TARGET, parameters: {} };
    const { all, ports } = world([elsewhere]);
    const prepared = await runsExperiment("EXT1").prepare(ports, scene);
    expect(prepared).toMatchObject({ problems: [expect.stringMatching(/target tasks/)] });
    expect(all).toEqual([]);
  });
});
