/** Rules, targets and schedules as a Pulumi program declares them: what is more than put and read. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLab, type Lab } from "../../../lab/lab.ts";
import { checkInputs } from "../../../lab/resources/check.ts";
import { makeClients } from "../../../lab/resources/clients.ts";
import { mirrored } from "../../../lab/resources/outputs.ts";
import { labResources } from "../../../lab/resources/table.ts";
import type { Context } from "../../../lab/resources/types.ts";
import { textOf, UNKNOWN, type Properties } from "../../../lab/resources/values.ts";

const RULE = "aws:cloudwatch/eventRule:EventRule";
const TARGET = "aws:cloudwatch/eventTarget:EventTarget";
const SCHEDULE = "aws:scheduler/schedule:Schedule";
const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:guard";

let lab: Lab;
let context: Context;

beforeAll(async () => {
  lab = await startLab({ images: {} });
  const region = "us-east-1";
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  context = { clients: makeClients({ endpoint: lab.endpoint, region, credentials }), region };
});
afterAll(() => lab.stop());

async function check(token: string, inputs: Properties) {
  return checkInputs(await labResources.resource(token), "thing", undefined, inputs, "us-east-1");
}

async function create(token: string, inputs: Properties) {
  const type = await labResources.resource(token);
  const checked = await check(token, inputs);
  expect(checked.problems).toEqual([]);
  const made = await type.create(mirrored(checked.inputs), context);
  const known = { inputs: mirrored(checked.inputs), outputs: made.outputs };
  return { ...made, inputs: known.inputs, remove: () => type.delete(made.id, known, context) };
}

test("names are made up from the program's, and ids are those of Pulumi's provider", async () => {
  const rule = await create(RULE, { scheduleExpression: "rate(1 day)" });
  expect(rule.id).toMatch(/^thing-[0-9a-f]{7}$/);
  const target = await create(TARGET, { rule: rule.id, arn: FUNCTION });
  expect(target.outputs["targetId"]).toMatch(/^thing-[0-9a-f]{7}$/);
  expect(target.id).toBe(`${rule.id}-${textOf(target.outputs["targetId"])}`);
  await target.remove();
  await rule.remove();
});

test("a rule that still has targets stays, unless it is forced to go", async () => {
  const kept = await create(RULE, { scheduleExpression: "rate(1 day)" });
  const target = await create(TARGET, { rule: kept.id, arn: FUNCTION });
  await expect(kept.remove()).rejects.toThrow("Rule can't be deleted since it has targets.");
  await target.remove();
  await kept.remove();
  const forced = await create(RULE, { scheduleExpression: "rate(1 day)", forceDestroy: true });
  await create(TARGET, { rule: forced.id, arn: FUNCTION });
  await forced.remove();
});

test("a sixth target of a rule fails with AWS's words", async () => {
  const rule = await create(RULE, { scheduleExpression: "rate(1 day)", forceDestroy: true });
  for (let index = 0; index < 5; index++) await create(TARGET, { rule: rule.id, arn: FUNCTION });
  await expect(create(TARGET, { rule: rule.id, arn: FUNCTION })).rejects.toThrow(
    /LimitExceededException/,
  );
  await rule.remove();
});

const trust = (service: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
  });

test("a role that is not trusted yet is waited for", async () => {
  const role = await create("aws:iam/role:Role", {
    name: "planner",
    assumeRolePolicy: trust("ecs.amazonaws.com"),
  });
  const made = create(SCHEDULE, {
    scheduleExpression: "rate(1 day)",
    flexibleTimeWindow: { mode: "OFF" },
    target: { arn: FUNCTION, roleArn: textOf(role.outputs["arn"]) },
  });
  const type = await labResources.resource("aws:iam/role:Role");
  const news = { ...role.inputs, assumeRolePolicy: trust("scheduler.amazonaws.com") };
  await type.update({ id: role.id, olds: role.inputs, news, outputs: role.outputs }, context);
  const schedule = await made;
  expect(schedule.id).toMatch(/^default\/thing-[0-9a-f]{7}$/);
  await schedule.remove();
});

const base = {
  scheduleExpression: "rate(1 day)",
  flexibleTimeWindow: { mode: "OFF" },
  target: { arn: FUNCTION, roleArn: "arn:aws:iam::000000000000:role/x" },
};
test.each<[string, Properties, string[]]>([
  [RULE, {}, ["eventPattern or scheduleExpression is required"]],
  [RULE, { eventPattern: "{" }, ["eventPattern must be a JSON document"]],
  [RULE, { scheduleExpression: UNKNOWN }, []],
  [RULE, { scheduleExpression: "rate(1 day)", roleArn: "x" }, ["roleArn is not handled"]],
  [TARGET, { rule: "r", arn: FUNCTION, deadLetterConfig: {} }, ["deadLetterConfig is not handled"]],
  [TARGET, { rule: "r" }, ["arn is required"]],
  [SCHEDULE, { ...base, startDate: "soon" }, ["startDate must be a time"]],
  [SCHEDULE, { ...base, endDate: UNKNOWN }, []],
  [SCHEDULE, { ...base, target: { ...base.target, sqsParameters: {} } }, ["sqsParameters is not"]],
])("%s %j: %s", async (token, inputs, expected) => {
  const { problems } = await check(token, inputs);
  const told = problems.map(({ property, reason }) => `${property} ${reason}`);
  expect(told).toEqual(expected.map((problem) => expect.stringContaining(problem)));
});
