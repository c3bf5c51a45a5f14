/** What a target gets of an event: the User Guide's examples of input transformation. */
import { describe, expect, test } from "vitest";
import { follow, parsePath } from "../../../lab/events/input/path.ts";
import { problemOf, transform } from "../../../lab/events/input/template.ts";

const EVENT = {
  version: "0",
  id: "7bf73129-1428-4cd3-a780-95db273d1602",
  "detail-type": "EC2 Instance State-change Notification",
  source: "aws.ec2",
  account: "123456789012",
  time: "2015-11-11T21:29:54Z",
  region: "us-east-1",
  resources: ["arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111"],
  detail: { "instance-id": "i-0123456789", state: "RUNNING", tags: [{ k: "a" }, { k: "b" }] },
};
const paths = {
  instance: "$.detail.instance-id",
  state: "$.detail.state",
  detail: "$.detail",
  nothing: "$.detail.nothing",
};
const surroundings = {
  ruleArn: "arn:aws:events:us-east-1:123456789012:rule/example",
  ruleName: "example",
  ingestionTime: "2015-11-11T21:29:54Z",
};
const { detail: _, ...WITHOUT_DETAIL } = EVENT;

describe("templates", () => {
  test.each([
    [`"instance <instance> is in <state>"`, `"instance i-0123456789 is in RUNNING"`],
    [
      String.raw`"instance \"<instance>\" is in <state>"`,
      String.raw`"instance \"i-0123456789\" is in RUNNING"`,
    ],
    [
      `{"instance" : <instance>, "state": <state>}`,
      `{"instance" : "i-0123456789", "state": "RUNNING"}`,
    ],
    [
      String.raw`{"instance": <instance>, "state": "<state>", "instanceStatus": "instance \"<instance>\" is in <state>"}`,
      String.raw`{"instance": "i-0123456789", "state": "RUNNING", "instanceStatus": "instance \"i-0123456789\" is in RUNNING"}`,
    ],
    [
      `{"instance": <instance>, "state": [9, <state>, true], "Transformed": "Yes"}`,
      `{"instance": "i-0123456789", "state": [9, "RUNNING", true], "Transformed": "Yes"}`,
    ],
    [
      `{"ruleArn": <aws.events.rule-arn>, "rule": "<aws.events.rule-name>", "at": <aws.events.event.ingestion-time>}`,
      `{"ruleArn": "${surroundings.ruleArn}", "rule": "example", "at": "2015-11-11T21:29:54Z"}`,
    ],
    [`{"event": <aws.events.event.json>}`, `{"event": ${JSON.stringify(EVENT)}}`],
    [`{"event": <aws.events.event>}`, `{"event": ${JSON.stringify(WITHOUT_DETAIL)}}`],
    [`<detail>`, JSON.stringify(EVENT.detail)],
    [`"of <detail>"`, `"of {instance-id:i-0123456789,state:RUNNING,tags:[{k:a},{k:b}]}"`],
    [`{"a": <nothing>, "b": "<nothing>"}`, `{"a": "", "b": ""}`],
    [`"no placeholder"`, `"no placeholder"`],
  ])("%s", (template, expected) => {
    expect(problemOf({ paths, template })).toBeUndefined();
    expect(transform({ paths, template }, EVENT, surroundings)).toBe(expected);
  });

  test("stay JSON whatever the event holds", () => {
    const nasty = { detail: { state: `"\\\n<instance>`, more: { 'a"b': "c\\d" } } };
    const template = `{"a": "<state>", "b": <state>, "c": "<more>", "d": <more>}`;
    const all = { state: "$.detail.state", more: "$.detail.more" };
    const made: unknown = JSON.parse(transform({ paths: all, template }, nasty, surroundings));
    expect(made).toMatchObject({
      a: nasty.detail.state,
      b: nasty.detail.state,
      d: nasty.detail.more,
    });
  });

  test.each([
    ["instance <instance>", /neither JSON nor a string/],
    [`{"a": <instance>`, /neither JSON/],
    [`{<instance>: 1}`, /neither JSON/],
    [`{"<instance>": 1}`, /key/],
    [`"<unknown>"`, /invalid placeholder <unknown>/],
    [`{"a": "<aws.events.event.json>"}`, /copy of the event inside a string/],
    ["", /neither JSON/],
  ])("%s is refused", (template, reason) => {
    expect(problemOf({ paths, template })).toMatch(reason);
  });

  test("names and paths of variables are checked", () => {
    const template = `"x"`;
    expect(problemOf({ paths: { "AWS.x": "$.a" }, template })).toMatch(/AWS\.x/);
    expect(problemOf({ paths: { "a b": "$.a" }, template })).toMatch(/a b/);
    expect(problemOf({ paths: { a: "$['a']" }, template })).toMatch(/no JSON path/);
  });
});

describe("JSON paths", () => {
  test.each<[string, unknown]>([
    ["$", EVENT],
    ["$.detail.state", "RUNNING"],
    ["$.detail-type", "EC2 Instance State-change Notification"],
    ["$.resources[0]", EVENT.resources[0]],
    ["$.detail.tags[1].k", "b"],
    ["$.detail.tags[*].k", ["a", "b"]],
    ["$.detail.tags[*].*", ["a", "b"]],
    ["$.detail.tags[7]", undefined],
    ["$.detail.tags[*].z", undefined],
    ["$.detail.state.more", undefined],
    ["$.resources.0", undefined],
    ["$.constructor", undefined],
  ])("%s", (path, expected) => {
    const steps = parsePath(path);
    expect(steps).toBeDefined();
    expect(follow(EVENT, steps ?? [])).toEqual(expected);
  });

  test.each([
    "detail",
    "$detail",
    "$..detail",
    "$.",
    "$['a']",
    "$.a[?(@.b)]",
    "$.a[-1]",
    "$.a[0:1]",
  ])("%s is not taken", (path) => {
    expect(parsePath(path)).toBeUndefined();
  });
});
