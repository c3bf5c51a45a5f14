import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Label,
  type Place,
  placeLastLeft,
  placeRight,
} from "../../../../drills/report/picture/labels.ts";

const labels = fc
  .array(
    fc.record({
      x: fc.double({ min: 0, max: 1000, noNaN: true }),
      width: fc.integer({ min: 8, max: 250 }),
    }),
    {
      maxLength: 14,
    },
  )
  .map((all) => all.toSorted((a, b) => a.x - b.x));

interface Drawn extends Place {
  readonly x: number;
  readonly from: number;
  readonly to: number;
}

function drawn(all: readonly Label[], places: readonly Place[]): Drawn[] {
  return all.map(({ x, width }, index) => {
    const { lane, side } = places[index] ?? { lane: -1, side: "right" };
    return {
      x,
      lane,
      side,
      from: side === "right" ? x : x - width,
      to: side === "right" ? x + width : x,
    };
  });
}

/** Two texts over each other, or a line that leads from its label down through another's text. */
function collisions(all: readonly Drawn[]): string[] {
  return all.flatMap((one, index) =>
    all.flatMap((other, at) => {
      if (index === at) return [];
      const over = one.lane === other.lane && one.from < other.to && other.from < one.to;
      const through = one.lane > other.lane && one.x > other.from && one.x < other.to;
      return over || through ? [`${index} and ${at}`] : [];
    }),
  );
}

function lanesOf(xs: readonly number[]): number[] {
  return placeRight(xs.map((x) => ({ x, width: 50 }))).map(({ lane }) => lane);
}

function lastOf(...xs: readonly number[]): Place | undefined {
  return placeLastLeft(xs.map((x) => ({ x, width: 50 })))?.at(-1);
}

describe("labels of markers", () => {
  it("never collide, wherever the markers are", () => {
    fc.assert(
      fc.property(labels, (all) => {
        expect(collisions(drawn(all, placeRight(all)))).toEqual([]);
        const turned = placeLastLeft(all);
        expect(turned ? collisions(drawn(all, turned)) : []).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it("stand in as few lanes as they can: far apart in one, on one spot in one each", () => {
    expect(lanesOf([0, 100, 200])).toEqual([0, 0, 0]);
    expect(lanesOf([5, 5.01, 5.02])).toEqual([2, 1, 0]);
    expect(lanesOf([0, 40, 300])).toEqual([1, 0, 0]);
  });

  it("the last one turns left only where nothing is in its way", () => {
    expect(lastOf(0, 200)).toEqual({ lane: 0, side: "left" });
    expect(lastOf(0, 52)).toBeUndefined();
    expect(lastOf(0, 190, 200)).toBeUndefined();
    expect(lastOf(0, 100, 160)).toEqual({ lane: 1, side: "left" });
  });
});
