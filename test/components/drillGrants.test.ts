/** What the task of a scheduled drill may do: what its drills need, where they need it, and no more. */
import { expect, test } from "vitest";
import { drillPolicies, journalGrants } from "../../components/drillGrants.ts";
import { FAULT_NAMES, listFaults } from "../../drills/faults/registry.ts";
import { RUNNER_PERMISSIONS } from "../../drills/faults/runnerPermissions.ts";
import { environmentNames } from "../../guard/names.ts";

const NAMES = environmentNames("checkout");
const PLACE = { region: "eu-west-1", accountId: "123456789012" };
const drill = (name: string) => ({ name, parameters: {} });

test("there is a policy for every drill, with each of its actions and none of another's", () => {
  for (const { name, permissions } of listFaults()) {
    const policies = drillPolicies([drill(name)], NAMES, PLACE);
    const actions = policies.flatMap(({ grants }) => grants.flatMap((grant) => grant.actions));
    expect(actions.toSorted()).toEqual(permissions);
    expect(policies.map((one) => one.name)).toEqual(
      permissions.length > RUNNER_PERMISSIONS.length ? ["runner", `drill-${name}`] : ["runner"],
    );
  }
});

test("whatever changes something is granted on this environment's resources alone", () => {
  const policies = drillPolicies(FAULT_NAMES.map(drill), NAMES, PLACE);
  for (const { actions, resources, when } of policies.flatMap(({ grants }) => grants)) {
    const changing = actions.filter((action) => !/:(Describe|Get|List|Filter)/.test(action));
    if (changing.length === 0) continue;
    for (const resource of resources) {
      const bounded =
        when !== undefined ||
        /[:/](checkout|backout-drill-)/.test(resource) ||
        // A template's role and targets are what bounds an experiment.
        resource.includes(":fis:");
      expect([changing, resource, bounded]).toEqual([changing, resource, true]);
    }
  }
});

test("another environment whose name begins alike is not within its reach", () => {
  const reach = drillPolicies(FAULT_NAMES.map(drill), NAMES, PLACE).flatMap(({ grants }) =>
    grants.flatMap(({ resources }) => resources),
  );
  const others = JSON.stringify(environmentNames("checkout-next")).match(/checkout-next[\w-]*/g);
  for (const other of others ?? []) {
    for (const one of reach)
      expect(one.endsWith(`:${other}`) || one.includes(`/${other}`)).toBe(false);
  }
  expect(reach.filter((one) => /checkout[\w-]*\*/.test(one))).toEqual([]);
});

test("one that is given twice is granted once, and its parameters count", () => {
  const twice = [drill("kill-tasks"), { name: "kill-tasks", parameters: { count: 1 } }];
  expect(drillPolicies(twice, NAMES, PLACE).map(({ name }) => name)).toEqual([
    "runner",
    "drill-kill-tasks",
  ]);
});

test.each([
  ["s3://drills/checkout/", "arn:aws:s3:::drills/checkout/*"],
  ["s3://drills", "arn:aws:s3:::drills/*"],
])("a journal in %s is written and read below its prefix", (journal, objects) => {
  expect(journalGrants(journal)).toEqual([
    { actions: ["s3:GetObject", "s3:PutObject"], resources: [objects] },
    { actions: ["s3:ListBucket"], resources: ["arn:aws:s3:::drills"] },
  ]);
});

test("a journal in a directory needs no grant", () => {
  expect(journalGrants("/journal")).toEqual([]);
});
