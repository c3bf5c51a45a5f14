/** Panels of states: bands that say what held and for how long. */
import { formatDuration } from "../../../base/duration.ts";
import { html } from "../escape.ts";
import { PART_NAMES } from "../text.ts";
import { held, type Held } from "./held.ts";
import type { Layout } from "./layout.ts";
import type { Draw, Panel } from "./panel.ts";
import { round } from "./paths.ts";

const BAND = 20;

const ALARM_CLASS: Readonly<Record<string, string>> = { ALARM: "alarm", OK: "ok" };

export const alarmBand: Draw = (run, layout) => {
  const spans = held(run, (sample) => sample.alarmState, ["alarm.transitioned", "residue.none"]);
  return band(`Guard alarm of slot ${run.candidate ?? "?"}`, spans, layout, (value) => [
    value === null ? "quiet" : (ALARM_CLASS[value] ?? "quiet"),
    value ?? "not read",
  ]);
};

export const faultBand: Draw = (run, layout) => {
  const spans = held(run, (sample) => sample.faultActive, ["fault.injected", "fault.removed"]);
  return band("Fault, as the sidecars report it", spans, layout, (value) => {
    if (value === null) return ["quiet", "no report"];
    return value ? ["fault", "active"] : ["quiet", "none"];
  });
};

export const recoveryBand: Draw = (run, layout) => {
  const at = (event: string): number | null => {
    const found = run.timeline.find((entry) => entry.event === event);
    return found ? Date.parse(found.at) - run.zeroMs : null;
  };
  const verified = at("weights.verified");
  const last = at("impact.last");
  const ends = [
    at("fault.injected"),
    at("alarm.transitioned"),
    at("reversion.decided"),
    verified,
    verified === null || last === null ? null : Math.max(verified, last),
  ];
  const spans = PART_NAMES.flatMap((name, index): Held<string>[] => {
    const [fromMs, toMs] = [ends[index] ?? null, ends[index + 1] ?? null];
    return fromMs === null || toMs === null || toMs <= fromMs
      ? []
      : [{ fromMs, toMs, value: name }];
  });
  return band("Recovery", spans, layout, (value, { fromMs, toMs }) => [
    `part-${value}`,
    `${value} ${formatDuration(toMs - fromMs)}`,
  ]);
};

/** Points: what was, however briefly, is seen. */
const LEAST_BAND = 2;

/** Letters of 11 points, and room on both sides. */
const LETTER = 6.8;

function band<T>(
  title: string,
  spans: readonly Held<T>[],
  { time }: Layout,
  describe: (value: T, span: Held<T>) => [swatch: string, text: string],
): Panel {
  const cells = spans.map((span) => {
    const [swatch, text] = describe(span.value, span);
    const [x0, x1] = [time.at(span.fromMs), time.at(span.toMs)];
    const fits = text.length * LETTER + 8 <= x1 - x0;
    const middle = round((x0 + x1) / 2);
    const width = round(Math.max(LEAST_BAND, x1 - x0));
    const rect = html`<rect
      class="band ${swatch}"
      x="${round(x0)}"
      y="0"
      width="${width}"
      height="${BAND}"
    />`;
    const words = html`<text class="in-band ${swatch}" x="${middle}" y="14">${text}</text>`;
    return { swatch, text, fits, markup: fits ? html`${rect}${words}` : rect };
  });
  const written = new Set(cells.filter((cell) => cell.fits).map((cell) => cell.text));
  const unwritten = new Map(
    cells.flatMap(({ swatch, text }) => (written.has(text) ? [] : [[text, swatch] as const])),
  );
  return {
    title,
    // What is too short for its words gets them in the legend.
    legend: [...unwritten].map(([text, swatch]) => [`band ${swatch}`, text] as const),
    height: BAND,
    ends: null,
    body: html`${cells.map((cell) => cell.markup)}`,
  };
}
