import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dependentReplacements, needs, sweep } from "../../../lab/engine/removals.ts";
import type { ResourceState } from "../../../lab/engine/state.ts";

function state(urn: string, dependencies: string[] = [], more: Partial<ResourceState> = {}) {
  return { urn, custom: true, type: "t", dependencies, ...more };
}

/** Resources that need only earlier ones, as every program registers them. */
const graphs = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
  .map((edges) =>
    edges.map((targets, index) =>
      state(`u${index}`, index === 0 ? [] : targets.map((target) => `u${target % index}`)),
    ),
  );

describe("A sweep", () => {
  test("removes everything once, nothing before what needs it", async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async (graph) => {
        const gone = new Set<string>();
        const remove = async (one: ResourceState): Promise<boolean> => {
          const needing = graph.filter((other) => needs(other).has(one.urn));
          expect(needing.filter((other) => !gone.has(other.urn))).toEqual([]);
          await Promise.resolve();
          gone.add(one.urn);
          return true;
        };
        await sweep(graph, remove, () => false);
        expect(gone.size).toBe(graph.length);
      }),
    );
  });

  test("leaves what a resource that did not go still needs", async () => {
    const gone: string[] = [];
    const chain = [state("net"), state("web", ["net"]), state("dns", ["web"]), state("other")];
    const remove = async (one: ResourceState): Promise<boolean> => {
      if (one.urn === "web") return false;
      gone.push(one.urn);
      return true;
    };
    await sweep(chain, remove, () => false);
    expect(gone.sort()).toEqual(["dns", "other"]);
  });

  test("begins nothing once it is stopped", async () => {
    const gone: string[] = [];
    await sweep(
      [state("net"), state("web", ["net"])],
      async (one) => {
        gone.push(one.urn);
        return true;
      },
      () => gone.length > 0,
    );
    expect(gone).toEqual(["web"]);
  });
});

test("A resource needs its dependencies, its parent, its provider and its host", () => {
  const all = state("x", ["a"], {
    parent: "b",
    provider: "c::id",
    deletedWith: "d",
    propertyDependencies: { p: ["e"] },
  });
  expect([...needs(all)].sort()).toEqual(["a", "b", "c", "d", "e"]);
});

test("Dependents go first where their own replacement follows, the most dependent first", async () => {
  const net = state("net");
  const web = state("web", ["net"], { propertyDependencies: { network: ["net"] } });
  const dns = state("dns", ["web"], { propertyDependencies: { target: ["web"] } });
  const tag = state("tag", ["net"], { propertyDependencies: { label: ["net"] } });
  const late = state("late", ["net"]);
  const first = await dependentReplacements(
    net,
    [net, web, dns, tag, late],
    async (_one, properties) => properties.includes("network") || properties.includes("target"),
  );
  expect(first.map((one) => one.urn)).toEqual(["dns", "web"]);
});
