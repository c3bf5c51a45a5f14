import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import { describe, expect, test } from "vitest";
import { ServiceName } from "../../../lab/service.ts";
import type { Operation } from "../../../lab/service.ts";
import { modelOf } from "../../../lab/wire/schemas.ts";
import type { OperationModel, ServiceModel } from "../../../lab/wire/schemas.ts";
import { factsOf } from "../../../lab/wire/services.ts";
import { anyText, messageOf, xmlText } from "./arbitraries.ts";
import type { Limits } from "./arbitraries.ts";
import { startServer } from "./labServer.ts";
import { newClient, newCommand } from "./realClient.ts";

// More of it: FUZZ_RUNS=5000 FUZZ_SEED=$RANDOM npx vitest run test/lab/wire/roundTrip.test.ts
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 60);
const SEED = Number(process.env["FUZZ_SEED"] ?? 20260314);

const json: Limits = { minimum: 0, text: anyText };
const query: Limits = { minimum: 1, text: anyText };
const xml: Limits = { minimum: 0, text: xmlText };

/** S3 has a bucket in the path that no template names, and trailers: test/lab/s3 goes over its wire. */
const CARRIED = Object.values(ServiceName).filter((name) => name !== ServiceName.S3);

/** What can be said in a request, and in an answer. */
const LIMITS: Readonly<Record<ServiceName, readonly [input: Limits, output: Limits]>> = {
  [ServiceName.AutoScaling]: [json, json],
  [ServiceName.CloudWatch]: [json, json],
  [ServiceName.DynamoDb]: [json, json],
  [ServiceName.Ec2]: [query, xml],
  [ServiceName.Ecs]: [json, json],
  [ServiceName.Elbv2]: [query, xml],
  [ServiceName.Events]: [json, json],
  [ServiceName.Iam]: [query, xml],
  [ServiceName.Lambda]: [json, json],
  [ServiceName.Logs]: [json, json],
  [ServiceName.S3]: [xml, xml],
  [ServiceName.Scheduler]: [json, json],
  [ServiceName.Sns]: [query, xml],
  [ServiceName.Sts]: [query, xml],
};

/** Operations that the SDK sends with more than its input, or not as its schema says. */
const SPECIAL: ReadonlySet<string> = new Set([
  // The client signs a URL of its own into the input.
  "CopySnapshot",
  // Sent unsigned, and the lab answers signed calls alone.
  "AssumeRoleWithSAML",
  "AssumeRoleWithWebIdentity",
]);

describe.each(CARRIED)("%s", (name) => {
  test(`carries ${RUNS} inputs and outputs whole, through the SDK's client`, async () => {
    const model = await modelOf(name);
    const exported: Record<string, unknown> = { ...(await factsOf(name).importClient()) };
    let received: unknown;
    let output: object = {};
    const echo: Operation = (input) => {
      received = input;
      return output;
    };
    const operations = Object.fromEntries([...model.operations.keys()].map((key) => [key, echo]));
    const { endpoint, lines } = await startServer({ [name]: operations });
    const client = newClient(exported, endpoint);
    try {
      await fc.assert(
        fc.asyncProperty(casesOf(model), async ([operation, input, answer]) => {
          output = answer;
          const got = await client.send(newCommand(exported, operation, input));
          expect(plain(received), `${operation}, input`).toEqual(plain(input));
          expect(plain(got), `${operation}, output`).toEqual(plain(answer));
        }),
        { numRuns: RUNS, seed: SEED },
      );
    } finally {
      client.destroy();
    }
    expect(lines).toEqual([]);
  });
});

type Case = readonly [operation: string, input: object, output: object];

function casesOf(model: ServiceModel): Arbitrary<Case> {
  const spoken = [...model.operations.values()].filter(
    (operation) => !operation.streamsEvents && !SPECIAL.has(operation.name),
  );
  return fc
    .constantFrom(...spoken)
    .chain((operation) =>
      fc.tuple(fc.constant(operation.name), ...casesFor(operation, LIMITS[model.name])),
    );
}

function casesFor(
  operation: OperationModel,
  [input, output]: readonly [Limits, Limits],
): [Arbitrary<object>, Arbitrary<object>] {
  const inputs = messageOf(operation.input, input);
  return [
    operation.name === "PutEvents" ? inputs.map(withoutAddress) : inputs,
    messageOf(operation.output, output),
  ];
}

/** With an EndpointId the client goes to a global endpoint, and not to the one it was given. */
function withoutAddress(input: object): object {
  return Object.fromEntries(Object.entries(input).filter(([name]) => name !== "EndpointId"));
}

/** Without what only one side has: undefined members, metadata, and kinds of byte arrays. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString("hex") };
  if (value instanceof Date) return { date: value.getTime() };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => key !== "$metadata" && item !== undefined && item !== null)
      .map(([key, item]) => [key, plain(item)]),
  );
}
