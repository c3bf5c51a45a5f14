import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Sample } from "../../drills/events.ts";
import { renderPanel } from "../../scripts/view.ts";
import { wrap } from "../../scripts/wrap.ts";

describe("text in a narrow window", () => {
  test("breaks between words and hangs below the line's start", () => {
    expect(wrap("  detect  1 m 23.4 s  fault active -> alarm", 24)).toBe(
      "  detect  1 m 23.4 s\n    fault active ->\n    alarm",
    );
  });

  test("keeps a line that fits, and a word that does not, whole", () => {
    expect(wrap("fits\n  /a/very/long/path/of/a/journal", 12)).toBe(
      "fits\n  /a/very/long/path/of/a/journal",
    );
  });

  test("loses no word, whatever the width", () => {
    const words = fc.array(fc.stringMatching(/^[a-z/]{1,12}$/), { minLength: 1 });
    fc.assert(
      fc.property(words, fc.integer({ min: 8, max: 60 }), (line, columns) => {
        const wrapped = wrap(`  ${line.join(" ")}`, columns);
        return wrapped.split(/\s+/).filter(Boolean).join(" ") === line.join(" ");
      }),
    );
  });

  test.each([20, 40, 60, 100])("the live panel stays within %i columns", (columns) => {
    const sample: Sample = {
      atMs: 0,
      wallMs: 0,
      step: "observe",
      weights: { blue: 100, green: 0 },
      split: { blue: 10, green: 30, unknown: 0 },
      errorShare: 0.3,
      alarmState: "INSUFFICIENT_DATA",
      faultActive: true,
      requests: 123_456,
      errors: 7,
    };
    const lines = renderPanel(sample, "waiting for the guard", columns).split("\n");
    // oxlint-disable-next-line no-control-regex -- the escape character of terminal colours.
    const longest = Math.max(...lines.map((line) => line.replace(/\u001B\[\d+m/g, "").length));
    expect(longest).toBeLessThanOrEqual(columns);
  });
});
