/** What Pulumi may do to the release of a slot that carries traffic. */
import { expect, test } from "vitest";
import { refusalOf } from "../../components/slotProtection.ts";

const DRIFTED = "pulumi config set backout:greenRelease shop:1";

test.each([
  ["nothing about its release", "shop:3", "shop:3", "shop:3", undefined],
  ["another release", "shop:3", "shop:4", "shop:3", "(backout:blueRelease) and keep"],
  ["nothing, but a rollback brought another one there", "shop:3", "shop:3", "shop:1", DRIFTED],
  ["a third one after a rollback", "shop:3", "shop:4", "shop:1", DRIFTED],
  ["the config, to what a rollback brought there", "shop:3", "shop:1", "shop:1", undefined],
])("%s is changed", (_what, before, after, live, refusal) => {
  const said = refusalOf({ slot: "green", before, after, live, weight: 100 });
  expect(said ?? "allowed").toContain(refusal ?? "allowed");
});
