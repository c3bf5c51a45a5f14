import { describe, expect, it } from "vitest";
import { brokenLink, explainLink, type LinkEvidence } from "../../../drills/verdict/brokenLink.ts";

/** Everything was read and works up to the function, which left no word; weights not home. */
const SILENT: LinkEvidence = {
  alarmTransitioned: true,
  actionInPlace: true,
  failedActions: [],
  functionExists: true,
  invokePermitted: true,
  functionErrored: false,
  outcomes: [],
  weightsHome: false,
};

describe("the broken link", () => {
  it.each<[string, Partial<LinkEvidence>, string | null]>([
    ["the alarm never fired", { alarmTransitioned: false }, "alarm"],
    [
      "it never fired and has no action either",
      { alarmTransitioned: false, actionInPlace: false },
      "alarm",
    ],
    ["no action", { actionInPlace: false }, "alarm-action"],
    ["no permission", { invokePermitted: false, failedActions: ["Failed"] }, "permission"],
    ["no permission, history silent", { invokePermitted: false }, "permission"],
    [
      "policy unread, action failed",
      { invokePermitted: null, failedActions: ["Failed"] },
      "permission",
    ],
    ["no function at all", { functionExists: false, invokePermitted: false }, "function"],
    ["the function errored", { functionErrored: true }, "function"],
    ["permitted, but the action failed", { failedActions: ["throttled"] }, "function"],
    ["called, and silent", {}, "function"],
    ["the guard could not move them", { outcomes: ["failed"], functionErrored: true }, "weights"],
    ["the guard refused", { outcomes: ["refused"] }, "weights"],
    ["the guard only notified", { outcomes: ["notified"] }, "weights"],
    ["moved, and moved away again", { outcomes: ["reverted"] }, "weights"],
    ["weights are home", { weightsHome: true, outcomes: ["reverted"] }, "data-plane"],
    [
      "nothing could be read of the function",
      { invokePermitted: null, functionErrored: null },
      null,
    ],
    [
      "nothing could be read at all",
      {
        alarmTransitioned: null,
        actionInPlace: null,
        functionExists: null,
        invokePermitted: null,
        functionErrored: null,
        weightsHome: null,
      },
      null,
    ],
  ])("%s", (_what, evidence, expected) => {
    expect(brokenLink({ ...SILENT, ...evidence })).toBe(expected);
  });

  it("is explained in a sentence, also when there is none", () => {
    expect(explainLink("permission")).toContain("permit");
    expect(explainLink(null)).toContain("no broken link");
  });
});
