import { describe, expect, it } from "vitest";
import { markdown } from "../../../drills/report/escape.ts";
import { reportModel } from "../../../drills/report/model.ts";
import { renderTerminal } from "../../../drills/report/terminal.ts";
import { objectiveText, offset, outcomeSentence, partsOf } from "../../../drills/report/text.ts";
import { handWritten, onlyRun, simulated, startOf } from "./journals.ts";
import { commentOf, reported, reportedByHand } from "./pages.ts";

// oxlint-disable-next-line no-control-regex -- the escape character of terminal colours.
const COLOUR = /\u001B\[\d+m/g;

describe("Markdown for a pull request", () => {
  it("shows verdict and figures, folds the rest, and ends with the hash", async () => {
    const drill = reported(await simulated());
    const text = commentOf(drill);
    expect(text).toMatch(/^## ✅ Passed: bad\\-release\\-errors on checkout\n/);
    expect(text).toContain("| decide | 420 ms | alarm in ALARM → the guard's decision |");
    expect(text).toMatch(
      /\| \*\*total\*\* \| \*\*[^|]+\*\* \| objective 5 m 0\.0 s: met; n = 1 \|/,
    );
    expect(text).toContain("<details><summary>What was verified, and how</summary>\n\n- ✅ ");
    expect(text.endsWith(`head \`${drill.model.journal.head}\`\n`)).toBe(true);
    expect(commentOf(drill)).toBe(text);
  });

  it("a journal that was changed is the first thing", () => {
    const { model, summary } = reportedByHand([startOf("a")]);
    const problems = [{ kind: "changed", seq: 1, detail: "line 1 is not what was written" }];
    const text = commentOf({
      model: { ...model, journal: { ...model.journal, problems } },
      summary,
    });
    expect(text).toMatch(/^> \[!CAUTION\]\n> \*\*This journal is not as it was written/);
  });

  it.each([
    ["**bold** `code`", "\\*\\*bold\\*\\* \\`code\\`"],
    ["a | b\n# c", "a \\| b \\#\u200b c"],
    ["<img src=x>", "&lt;img src=x&gt;"],
    ["[x](https://e.com)", "\\[x\\]\\(https:\u200b//e.com\\)"],
    ["@team #12 www.e.com", "@\u200bteam \\#\u200b12 www\u200b.e.com"],
  ])("%j is only text", (text, escaped) => {
    expect(markdown(text)).toBe(escaped);
  });
});

it.each([
  ["primary", "alarm in ALARM"],
  ["reconcile", "alarm in ALARM"],
  ["sentinel", "the sentinel's call"],
] as const)("a reversion by the path %s was detected by %s", (path, detected) => {
  const [detect, decide] = partsOf({ path });
  expect([detect.to, decide.from]).toEqual([detected, detected]);
});

it("a second way home by its probes was detected by them, by an alarm by that", () => {
  const stamp = { event: "alarm.transitioned", at: "", wallAt: "", resolutionMs: 1 } as const;
  const by = (source: "watchdog" | "cloudwatch"): string =>
    partsOf({ path: "watchdog", timeline: [{ ...stamp, source }] })[0].to;
  expect([by("watchdog"), by("cloudwatch")]).toEqual(["the watchdog's probes", "alarm in ALARM"]);
});

describe("the terminal", () => {
  it("has what the demo ends with, what was verified, and the journal's head", async () => {
    const model = reportModel(await simulated());
    const text = renderTerminal(model).replace(COLOUR, "");
    expect(text).toContain("PASSED  bad-release-errors on checkout: reverted");
    expect(text).toMatch(/ {2}decide {9}420 ms {3}alarm in ALARM -> the guard's decision/);
    expect(text).toContain("✓ No response from green after the weights were verified");
    expect(text).toContain(`head ${model.journal.head}\nevery entry is as it was written`);
  });

  it("obeys nothing that a journal says", () => {
    const text = renderTerminal(handWritten([startOf("a", "\u001B[2Jgone\r\u202e")]));
    expect(text.replace(COLOUR, "")).toContain("on \uFFFD[2Jgone \uFFFD: no record");
  });

  it("ends several runs with an overview, the newest last", () => {
    const text = renderTerminal(handWritten([startOf("a"), startOf("b")])).replace(COLOUR, "");
    expect(text.indexOf("run a,")).toBeLessThan(text.indexOf("run b,"));
    expect(text.match(/no end {3,}not reached/g)).toHaveLength(2);
  });
});

describe("words", () => {
  it.each([
    [0, "+0 ms"],
    [-1_800, "-1.8 s"],
    [83_100, "+1 m 23.1 s"],
  ])("%d ms since the fault is %s", (ms, text) => {
    expect(offset(ms)).toBe(text);
  });

  it.each([
    ["passed", {}, {}, /by itself: recovered .* within the objective/, /: met$/],
    [
      "too slow",
      {},
      { objectiveTotalMs: 21_000 },
      /over the objective .* Recovery took/,
      /: missed$/,
    ],
    ["not recovered", { broken: "alarm" }, {}, /^No sustained recovery .*never went/, /: missed$/],
    ["not run", { candidateSick: true }, {}, /^Slot green was not seen healthy/, /: not measured$/],
  ] as const)("%s", async (_what, switches, options, outcome, objective) => {
    const { record } = onlyRun(reportModel(await simulated(switches, options)));
    expect(record && outcomeSentence(record)).toMatch(outcome);
    expect(record && objectiveText(record)).toMatch(objective);
  });
});
