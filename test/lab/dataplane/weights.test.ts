import { expect, test } from "vitest";
import { backend, named, seeded, shares, tally, World } from "./world.ts";

async function blueGreen(): Promise<World> {
  const world = new World({ random: seeded(11) });
  world.balancer();
  world.group("blue", [await backend(named("blue"))]);
  world.group("green", [await backend(named("green"))]);
  await world.open(shares({ blue: 80, green: 20 }));
  return world;
}

test("80/20 splits requests as a binomial draw would, 1/0 splits nothing", async () => {
  const world = await blueGreen();
  const n = 2000;
  const { blue = 0, green = 0 } = await tally(world.url, n);
  expect(blue + green).toBe(n);
  // Four standard deviations of a binomial with p = 0.2: one run in 16,000 falls outside.
  expect(Math.abs(green - 0.2 * n)).toBeLessThan(4 * Math.sqrt(n * 0.2 * 0.8));

  world.weights({ blue: 1, green: 0 });
  expect(await tally(world.url, 200)).toEqual({ blue: 200 });
});

test("a change of weights holds from the very next request, on a kept-alive connection too", async () => {
  const world = await blueGreen();
  for (const side of ["blue", "green", "blue", "green"]) {
    world.weights({ blue: side === "blue" ? 1 : 0, green: side === "green" ? 1 : 0 });
    const response = await fetch(world.url);
    expect(await response.text()).toBe(side);
  }
});

test("inside a group the healthy targets take turns", async () => {
  const world = new World();
  world.balancer();
  world.group("blue", [await backend(named("a")), await backend(named("b"))]);
  await world.open(shares({ blue: 1 }));
  expect(await tally(world.url, 40)).toEqual({ a: 20, b: 20 });
});

test("an unhealthy target gets nothing, unless no other is healthy", async () => {
  const world = new World();
  world.balancer();
  const sick: { current: number } = { current: 500 };
  const flaky = await backend((req, res) => {
    res.writeHead(req.url === "/health" ? sick.current : 200).end("sick");
  });
  world.group("blue", [await backend(named("well")), flaky]);
  await world.open(shares({ blue: 1 }));
  expect(world.states("blue")).toEqual(["healthy", "initial"]);
  expect(await tally(world.url, 10)).toEqual({ well: 10 });

  world.plane.deregister(
    "blue",
    world.plane.health("blue").filter(({ health }) => health.state === "healthy"),
  );
  await world.clock.advance(10_000);
  expect(world.states("blue")).toEqual(["draining", "unhealthy"]);
  // Fail-open: only unhealthy targets are left, so they all get traffic.
  expect(await tally(world.url, 10)).toEqual({ sick: 10 });
});
