/** Dashboards: stored as they are put, when their bodies are such as AWS takes. */
import type { ListDashboardsOutput, PutDashboardOutput } from "@aws-sdk/client-cloudwatch";
import { beforeEach, describe, expect, test } from "vitest";
import { bodyProblems } from "../../../../lab/cloudwatch/dashboards/body.ts";
import { AwsError } from "../../../../lab/service.ts";
import { Harness, MINUTE, START } from "../harness.ts";

const ARN = "arn:aws:cloudwatch::000000000000:dashboard/";
const TEXT = { type: "text", x: 0, y: 0, width: 24, height: 1, properties: { markdown: "# Hé" } };
const METRIC = {
  type: "metric",
  properties: { region: "us-east-1", metrics: [["Checkout", "Errors"]] },
};
const BODY = JSON.stringify({ widgets: [TEXT, METRIC] });
let lab: Harness;

async function put(DashboardName: string, DashboardBody = BODY): Promise<PutDashboardOutput> {
  return lab.call("PutDashboard", { DashboardName, DashboardBody });
}

beforeEach(() => {
  lab = new Harness();
});

test("a dashboard is put, replaced, read, listed and deleted", async () => {
  expect(await put("release")).toEqual({});
  await put("blue");
  await lab.clock.advance(MINUTE);
  const body = JSON.stringify({ widgets: [] });
  await put("release", body);
  expect(await lab.call("GetDashboard", { DashboardName: "release" })).toEqual({
    DashboardName: "release",
    DashboardArn: `${ARN}release`,
    DashboardBody: body,
  });
  expect(await lab.call("ListDashboards")).toEqual({
    DashboardEntries: [
      {
        DashboardName: "blue",
        DashboardArn: `${ARN}blue`,
        LastModified: new Date(START),
        Size: Buffer.byteLength(BODY),
      },
      {
        DashboardName: "release",
        DashboardArn: `${ARN}release`,
        LastModified: new Date(START + MINUTE),
        Size: body.length,
      },
    ],
  });
  expect(await lab.call("ListDashboards", { DashboardNamePrefix: "re" })).toMatchObject({
    DashboardEntries: [{ DashboardName: "release" }],
  });
  await lab.call("DeleteDashboards", { DashboardNames: ["release", "unknown"] });
  expect(await lab.refusal("GetDashboard", { DashboardName: "release" })).toBe(
    "DashboardNotFoundError: Dashboard release does not exist",
  );
});

test("pages of a thousand", async () => {
  for (let index = 0; index < 1001; index++) await put(`d${String(index).padStart(4, "0")}`);
  const first = await lab.call<ListDashboardsOutput>("ListDashboards");
  expect(first.DashboardEntries).toHaveLength(1000);
  const { NextToken } = first;
  expect(await lab.call("ListDashboards", { NextToken })).toMatchObject({
    DashboardEntries: [{ DashboardName: "d1000" }],
  });
});

test("tags come with the creation, not with an update", async () => {
  const input = { DashboardName: "release", DashboardBody: BODY };
  await lab.call("PutDashboard", { ...input, Tags: [{ Key: "a", Value: "1" }] });
  await lab.call("PutDashboard", { ...input, Tags: [{ Key: "a", Value: "2" }] });
  const ResourceARN = `${ARN}release`;
  await lab.call("TagResource", { ResourceARN, Tags: [{ Key: "b", Value: "3" }] });
  expect(await lab.call("ListTagsForResource", { ResourceARN })).toEqual({
    Tags: [
      { Key: "a", Value: "1" },
      { Key: "b", Value: "3" },
    ],
  });
});

/** A body of one text widget, with other members. */
function widget(more: object): string {
  return JSON.stringify({ widgets: [{ ...TEXT, ...more }] });
}

describe("bodies", () => {
  test.each<[string, string, string]>([
    ["nonsense", "", "valid JSON object"],
    ["[]", "", "valid JSON object"],
    ["{}", "", "'widgets'"],
    [JSON.stringify({ widgets: {} }), "", "'widgets'"],
    [JSON.stringify({ widgets: Array.from({ length: 501 }, () => TEXT) }), "/widgets", "500"],
    [JSON.stringify({ widgets: [1] }), "/widgets/0", "object"],
    [widget({ type: undefined }), "/widgets/0", "'type'"],
    [widget({ properties: undefined }), "/widgets/0", "'properties'"],
    [widget({ properties: {} }), "/widgets/0/properties", "'markdown'"],
    [widget({ type: "metric" }), "/widgets/0/properties", "'region'"],
    [widget({ type: "alarm" }), "/widgets/0/properties", "'alarms'"],
    [widget({ x: 24 }), "/widgets/0/x", "<= 23"],
    [widget({ width: 0 }), "/widgets/0/width", ">= 1"],
    [widget({ height: 1001 }), "/widgets/0/height", "<= 1000"],
    [widget({ y: 0.5 }), "/widgets/0/y", "integer"],
  ])("%.60s is wrong at %s", (body, DataPath, message) => {
    const [problem] = bodyProblems(body).errors;
    expect(problem?.DataPath).toBe(DataPath);
    expect(problem?.Message).toContain(message);
  });

  test("an error carries all messages, and nothing is stored", async () => {
    await put("release");
    const bad = JSON.stringify({ widgets: [{ ...TEXT, x: 99 }, { type: "text" }] });
    const failure = await put("release", bad).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AwsError);
    expect(failure).toMatchObject({
      code: "DashboardInvalidInputError",
      members: {
        dashboardValidationMessages: [
          { DataPath: "/widgets/0/x", Message: "Should be <= 23" },
          { DataPath: "/widgets/1", Message: "Should have required property 'properties'" },
        ],
      },
    });
    expect(await lab.call("GetDashboard", { DashboardName: "release" })).toMatchObject({
      DashboardBody: BODY,
    });
  });

  test("a type that is not known is a warning, and the body is stored", async () => {
    const body = widget({ type: "hologram" });
    expect(await put("release", body)).toMatchObject({
      DashboardValidationMessages: [{ DataPath: "/widgets/0/type" }],
    });
    expect(await lab.call("GetDashboard", { DashboardName: "release" })).toMatchObject({
      DashboardBody: body,
    });
  });
});

test.each<[string, object, string]>([
  ["PutDashboard", { DashboardName: "a b", DashboardBody: BODY }, "DashboardInvalidInputError"],
  ["PutDashboard", { DashboardBody: BODY }, "DashboardInvalidInputError"],
  ["PutDashboard", { DashboardName: "a" }, "DashboardInvalidInputError"],
  ["GetDashboard", { DashboardName: "a/b" }, "InvalidParameterValueException"],
  ["ListDashboards", { DashboardNamePrefix: "a b" }, "InvalidParameterValueException"],
  ["ListDashboards", { NextToken: "x" }, "InvalidParameterValueException"],
  ["DeleteDashboards", {}, "InvalidParameterValueException"],
  [
    "DeleteDashboards",
    { DashboardNames: Array.from({ length: 101 }, (_, index) => `d${index}`) },
    "InvalidParameterValueException",
  ],
])("%s refuses %j", async (operation, input, code) => {
  expect((await lab.refusal(operation, input)).startsWith(`${code}: `)).toBe(true);
});
