/** The panels of a picture, from top to bottom: each its title, its legend, its scale and what is drawn. */
import { formatDuration } from "../../../base/duration.ts";
import type { JournalSample } from "../../watch/samples.ts";
import { html } from "../escape.ts";
import { windowStart } from "../facts.ts";
import type { RunReport } from "../model.ts";
import { alarmBand, faultBand, recoveryBand } from "./bands.ts";
import { held } from "./held.ts";
import type { Layout } from "./layout.ts";
import type { Draw, Panel } from "./panel.ts";
import { areaPath, linePath, type Stretch } from "./paths.ts";
import { roundUp, scale } from "./scale.ts";

type Name = "blue" | "green" | "unknown";
const PLOT = 84;

export function panelsOf(run: RunReport, layout: Layout): Panel[] {
  const draw: Draw[] = [recoveryBand, requests, errors, latency, weights, alarmBand, faultBand];
  return draw.map((panel) => panel(run, layout));
}

/** One stretch for each sample's window; null where there is no value. */
function windows(
  run: RunReport,
  { time }: Layout,
  edges: (sample: JournalSample) => { high: number; low: number } | null,
): Stretch[] {
  return run.samples.flatMap((sample) => {
    const edge = edges(sample);
    const x0 = time.at(windowStart(sample) - run.zeroMs);
    return edge ? [{ x0, x1: time.at(Date.parse(sample.at) - run.zeroMs), ...edge }] : [];
  });
}

const requests: Draw = (run, layout) => {
  const rate = (sample: JournalSample, slot: Name): number =>
    sample.slots[slot].requests / (sample.spanWallMs / 1000);
  const hasUnknown = run.samples.some((sample) => sample.slots.unknown.requests > 0);
  const names: Name[] = hasUnknown ? ["blue", "green", "unknown"] : ["blue", "green"];
  const total = (sample: JournalSample, upTo: number): number =>
    names.slice(0, upTo).reduce((sum, name) => sum + rate(sample, name), 0);
  const top = roundUp(Math.max(...run.samples.map((sample) => total(sample, names.length))));
  const y = scale(0, top, PLOT, 0);
  const areas = names.map((name, index) => {
    const stretches = windows(run, layout, (sample) =>
      sample.slots[name].requests === 0
        ? null
        : { low: y.at(total(sample, index)), high: y.at(total(sample, index + 1)) },
    );
    return html`<path class="area ${name}" d="${areaPath(stretches)}" />`;
  });
  return {
    title: "Responses per second",
    legend: names.map((name) => [`area ${name}`, name === "unknown" ? "no slot named" : name]),
    height: PLOT,
    ends: [String(top), "0"],
    body: html`${areas}`,
  };
};

/** Percent of a window's responses; null when there were none. */
function badShare({ slots, bad }: JournalSample): number | null {
  const all = slots.blue.requests + slots.green.requests + slots.unknown.requests;
  return all === 0 ? null : (100 * bad) / all;
}

const errors: Draw = (run, layout) => {
  const top = roundUp(Math.max(1, ...run.samples.map((sample) => badShare(sample) ?? 0)));
  const y = scale(0, top, PLOT, 0);
  const stretches = windows(run, layout, (sample) => {
    const value = badShare(sample);
    return value === null ? null : { low: PLOT, high: y.at(value) };
  });
  return {
    title: "Bad responses",
    legend: [],
    height: PLOT,
    ends: [`${top} %`, "0 %"],
    body: html`<path class="area errors" d="${areaPath(stretches)}" />
      <path class="line errors" d="${linePath(stretches)}" />`,
  };
};

const latency: Draw = (run, layout) => {
  const all = run.samples.flatMap(({ slots }) => [slots.blue.p99Ms ?? 0, slots.green.p99Ms ?? 0]);
  const top = roundUp(Math.max(...all));
  const y = scale(0, top, PLOT, 0);
  const lines = (["blue", "green"] as const).map((name) => {
    const stretches = windows(run, layout, (sample) => {
      const value = sample.slots[name].p99Ms;
      return value === null ? null : { low: PLOT, high: y.at(value) };
    });
    return html`<path class="line ${name}" d="${linePath(stretches)}" />`;
  });
  return {
    title: "p99 latency",
    legend: [
      ["line blue", "blue"],
      ["line green", "green"],
    ],
    height: PLOT,
    ends: [formatDuration(top), "0"],
    body: html`${lines}`,
  };
};

const weights: Draw = (run, layout) => {
  const height = 44;
  const spans = held(run, (sample) => sample.weights, ["weights.written"]);
  const areas = (["blue", "green"] as const).map((name) => {
    const stretches = spans.flatMap(({ fromMs, toMs, value }): Stretch[] => {
      const sum = (value?.blue ?? 0) + (value?.green ?? 0);
      if (!value || sum === 0) return [];
      const edge = height * (value.green / sum);
      const [high, low] = name === "blue" ? [edge, height] : [0, edge];
      if (high === low) return [];
      return [{ x0: layout.time.at(fromMs), x1: layout.time.at(toMs), high, low }];
    });
    return html`<path class="area ${name}" d="${areaPath(stretches)}" />`;
  });
  return {
    title: "Weights",
    legend: [
      ["area blue", "blue"],
      ["area green", "green"],
    ],
    height,
    ends: ["100 %", "0 %"],
    body: html`${areas}`,
  };
};
