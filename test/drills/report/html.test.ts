import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { html, plain } from "../../../drills/report/escape.ts";
import { STYLE } from "../../../drills/report/style.ts";
import { simulated, startOf } from "./journals.ts";
import { pageOf, type Reported, reported, reportedByHand } from "./pages.ts";

describe("the page of a drill that passed", () => {
  let drill: Reported;
  let page: string;
  beforeAll(async () => {
    drill = reported(await simulated());
    page = pageOf(drill);
  });

  it("is the same, byte for byte, whenever it is built", () => {
    expect(pageOf(drill)).toBe(page);
    expect(page).not.toContain(new Date().toISOString().slice(0, 10));
  });

  it("asks nothing of a network and runs nothing", () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|\bsrc=|\bon\w+=/i);
    expect(page.replaceAll("url(#", "")).not.toMatch(/url\(|https?:/);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it("has the verdict, the figures with their floors and objective, and the journal's hash", () => {
    const words = textOf(page);
    expect(words).toContain("Passed The guard moved the traffic back by itself");
    expect(words).toMatch(
      /detect fault active → alarm in ALARM this alarm set needs 20\.0 s at best/,
    );
    expect(words).toMatch(/decide alarm in ALARM → the guard's decision 420 ms/);
    expect(words).toMatch(/total fault active → recovered objective 5 m 0\.0 s: met [\dm. ]+ s/);
    expect(words).toContain("n = 1");
    expect(words).toContain(drill.model.journal.head);
    expect(words).toContain("No response from green after the weights were verified");
  });

  it("has headings in order, and every id once", () => {
    const levels = [...page.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    expect(levels[0]).toBe(1);
    for (const [index, level] of levels.entries()) {
      expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1);
    }
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

/** As one would read it: no tags, entities resolved, white space as one space. */
function textOf(page: string): string {
  return unescape(page.replace(/<style>[^]*<\/style>/, "").replace(/<[^>]*>/g, " "))
    .replace(/\s+/g, " ")
    .trim();
}

function unescape(text: string): string {
  const entities: Record<string, string> = {
    "&amp;": "&",
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&#39;": "'",
  };
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? "");
}

const hostile = fc.string({
  unit: fc.constantFrom(
    "<",
    ">",
    '"',
    "'",
    "&",
    "`",
    "a",
    " ",
    "1",
    "s",
    "\n",
    "\0",
    "\u202e",
    "\ud800",
  ),
  maxLength: 40,
});

/** No-break spaces are put between a number and its unit. */
function readBack(escaped: string | undefined): string {
  return unescape(escaped ?? "").replaceAll("\u00a0", " ");
}

function sampleWith(text: string): object {
  const slot = { requests: 1, errors: 0, p99Ms: 1 };
  return {
    at: "2026-03-14T09:00:05.000Z",
    spanMs: 1000,
    spanWallMs: 1000,
    step: text,
    weights: null,
    alarmState: text,
    faultActive: null,
    slots: { blue: slot, green: slot, unknown: slot },
    bad: 0,
    notSent: 0,
  };
}

describe("text that is not ours", () => {
  it("stays text, in elements and in attributes", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const markup = html`<p title="${text}">${text}</p>`.text;
        const [, attribute, content] = /^<p title="([^"<>]*)">([^<>]*)<\/p>$/.exec(markup) ?? [];
        expect(readBack(attribute)).toBe(plain(text));
        expect(readBack(content)).toBe(plain(text));
      }),
    );
  });

  it("makes no element anywhere on the page", () => {
    const evil = `"><evil onload='x'>&lt;`;
    const evilJournal = reportedByHand([
      [
        evil,
        "run.started",
        { environment: evil, drill: evil, parameters: { [evil]: evil }, clock: { speed: 1 } },
      ],
      [evil, "traffic.intent", { environment: evil, candidate: evil }],
      [evil, "sample", { sample: sampleWith(evil) }],
      [evil, "sample", { sample: sampleWith(`${evil}2`) }],
      startOf("other", evil),
      ["other", evil, { event: { event: evil } }],
    ]);
    const page = pageOf(evilJournal);
    expect(page).toContain("&lt;evil");
    expect(page).not.toMatch(/<evil|"evil|onload='/);
  });
});

describe("what is not as it should be", () => {
  it("a broken link is shown on the way home", async () => {
    const words = textOf(pageOf(reported(await simulated({ broken: "permission" }))));
    expect(words).toContain("Failed No sustained recovery before the hold ran out");
    expect(words).toMatch(/alarm-action : worked ✗ permission : broken – function : not reached/);
  });

  it("a journal that was changed is said before anything else", () => {
    const { model, summary } = reportedByHand([startOf("a")]);
    const problems = [{ kind: "changed", seq: 1, detail: "line 1 is not what was written" }];
    const words = textOf(
      pageOf({ model: { ...model, journal: { ...model.journal, problems } }, summary }),
    );
    const alarm = words.indexOf("This journal is not as it was written");
    expect(alarm).toBeGreaterThan(0);
    expect(alarm).toBeLessThan(words.indexOf("bad-release-errors on checkout"));
    expect(words).toContain("line 1 is not what was written");
    expect(words).not.toContain("the chain is whole");
  });

  it("an empty journal and a run without an end", () => {
    expect(textOf(pageOf(reportedByHand([])))).toContain("This journal holds no drill yet.");
    expect(textOf(pageOf(reportedByHand([startOf("a")])))).toContain("No end");
  });
});

describe("colours", () => {
  const [light = "", dark = ""] = [...STYLE.matchAll(/:root\{([^}]*)\}/g)].map(([, body]) => body);
  const pairs = [
    ["text", "card"],
    ["text", "ground"],
    ["muted", "card"],
    ["muted", "ground"],
    ["link", "card"],
    ["good", "good-ground"],
    ["bad", "bad-ground"],
    ["warn", "warn-ground"],
    ["text", "good-ground"],
    ["text", "bad-ground"],
    ["text", "warn-ground"],
    ["good", "card"],
    ["bad", "card"],
    ["warn", "card"],
    ["ok-text", "ok-band"],
    ["quiet-text", "quiet-band"],
    ["alarm-text", "bad"],
    ["card", "p1"],
    ["card", "p2"],
    ["text", "p3"],
    ["text", "p4"],
  ] as const;
  /** Of what is drawn and carries a meaning. WCAG 2.2, success criterion 1.4.11: 3 to 1. */
  const drawn = [
    ["p1", "card"],
    ["p2", "card"],
    ["bad", "card"],
    ["marker", "card"],
    ["text", "card"],
  ] as const;
  const cases = [
    ...pairs.map(([text, ground]) => [text, ground, 4.5] as const),
    ...drawn.map(([text, ground]) => [text, ground, 3] as const),
  ].flatMap(([text, ground, least]) => [
    ["light", text, ground, least, light] as const,
    ["dark", text, ground, least, dark] as const,
  ]);

  // WCAG 2.2, success criterion 1.4.3: 4.5 to 1 for text.
  it.each(cases)("%s: --%s on --%s is at least %d to 1", (_scheme, text, ground, least, body) => {
    const luminance = (name: string): number => {
      const found = new RegExp(`--${name}:#([0-9a-f]{3,6})`).exec(body)?.[1] ?? "";
      const six = found.length === 3 ? found.replace(/./g, "$&$&") : found;
      const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => {
        const channel = Number.parseInt(six.slice(at, at + 2), 16) / 255;
        return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const [one, other] = [luminance(text), luminance(ground)].toSorted((a, b) => b - a);
    expect(((one ?? 0) + 0.05) / ((other ?? 0) + 0.05)).toBeGreaterThanOrEqual(least);
  });
});
