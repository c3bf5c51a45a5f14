/** What a person sees of a running drill: a live panel on a terminal, one line per event elsewhere. */
import logUpdate from "log-update";
import pc from "picocolors";
import { formatDuration } from "../base/duration.ts";
import { COLOUR, visible, wrap } from "./wrap.ts";
import type { DrillEvent, Sample } from "../drills/events.ts";
import type { TimelineEvent } from "../drills/verdict/record.ts";

export interface View {
  /** One line that stays. */
  say(text: string): void;
  /** A line that the next one replaces; shown on terminals only. */
  status(text: string): void;
  /** Lines that the next ones replace; shown on terminals only. */
  panel(lines: readonly string[]): void;
  onDrillEvent(event: DrillEvent): void;
  /** Leaves the screen as it is and draws no more. */
  end(): void;
}

/** Draws nothing: for `--json`. */
export const silentView: View = {
  say: () => {},
  status: () => {},
  panel: () => {},
  onDrillEvent: () => {},
  end: () => {},
};

export function createView(stream: NodeJS.WriteStream = process.stdout): View {
  return stream.isTTY ? terminalView(stream) : lineView();
}

/** How long after its drill's first event one is; the healthy baseline begins the next drill of several. */
function offsets(): (event: TimelineEvent) => string {
  let first: number | undefined;
  return ({ event, at }) => {
    const atMs = Date.parse(at);
    if (event === "baseline.healthy") first = atMs;
    first ??= atMs;
    return `+${formatDuration(atMs - first)}`.padStart(12);
  };
}

function lineView(): View {
  const offset = offsets();
  return {
    say: (text) => console.log(text),
    status: () => {},
    panel: () => {},
    onDrillEvent(event) {
      if (event.type === "step") console.log(`- ${event.text}`);
      if (event.type === "note") console.log(`  note: ${event.text}`);
      if (event.type === "timeline") {
        console.log(`  ${offset(event.event)}  ${event.event.event}`);
      }
    },
    end: () => {},
  };
}

/** A line above the panel. */
function stay(text: string): void {
  logUpdate.clear();
  console.log(text);
}

function terminalView(stream: NodeJS.WriteStream): View {
  const offset = offsets();
  let step = "";
  return {
    say: (text) => stay(wrap(text, stream.columns)),
    status: (text) => logUpdate(pc.dim(fit(text, stream.columns))),
    panel: (lines) => logUpdate(`\n${lines.map((line) => wrap(line, stream.columns)).join("\n")}`),
    onDrillEvent(event) {
      switch (event.type) {
        case "step":
          step = event.text;
          stay(`${pc.cyan("●")} ${fit(event.text, stream.columns - 2)}`);
          break;
        case "note":
          stay(pc.yellow(fit(`  ${event.text}`, stream.columns)));
          break;
        case "timeline":
          stay(`  ${pc.dim(offset(event.event))}  ${colourOf(event.event.event)}`);
          break;
        case "sample":
          logUpdate(renderPanel(event.sample, step, stream.columns));
          break;
        case "finished":
          logUpdate.clear();
          break;
      }
    },
    end: () => logUpdate.done(),
  };
}

const BAD_NEWS = new Set(["fault.injected", "impact.first", "alarm.transitioned"]);
const GOOD_NEWS = new Set(["weights.verified", "recovery.sustained", "residue.none"]);

function colourOf(name: string): string {
  if (BAD_NEWS.has(name)) return pc.red(name);
  return GOOD_NEWS.has(name) ? pc.green(name) : name;
}

/** Pure, so that narrow terminals can be tested. */
export function renderPanel(sample: Sample, step: string, columns: number): string {
  const width = Math.max(10, Math.min(40, columns - 40));
  const { weights, split } = sample;
  const answered = split.blue + split.green;
  const lines = [
    "",
    ...(weights ? [`  weights   ${bar(weights.blue, weights.green, width)}`] : []),
    `  answered  ${bar(split.blue, split.green, width)}${answered === 0 ? " no responses" : ""}`,
    `  errors    ${errorText(sample)}   alarm ${alarmText(sample.alarmState)}   fault ${faultText(sample.faultActive)}`,
    `  requests  ${sample.requests}   ${pc.dim(`clock ${new Date(sample.atMs).toISOString().slice(11, 19)}   ${step}`)}`,
  ];
  return lines.map((line) => fit(line, columns)).join("\n");
}

function bar(blue: number, green: number, width: number): string {
  const total = blue + green;
  if (total === 0) return "·".repeat(width);
  const cells = Math.round((blue / total) * width);
  const percent = Math.round((blue / total) * 100);
  return (
    pc.blue("█".repeat(cells)) +
    pc.green("▒".repeat(width - cells)) +
    ` blue ${percent} %, green ${100 - percent} %`
  );
}

function errorText(sample: Sample): string {
  if (sample.errorShare === null) return "–";
  const text = `${(sample.errorShare * 100).toFixed(1)} %`;
  return sample.errorShare > 0 ? pc.red(text) : pc.green(text);
}

function alarmText(state: string | null): string {
  if (state === null) return "unknown";
  return state === "ALARM" ? pc.red(state) : state;
}

function faultText(active: boolean | null): string {
  if (active === null) return "unknown";
  return active ? pc.red("active") : "none";
}

/** Cuts a line that would wrap; a wrapped live panel cannot be redrawn in place. */
function fit(line: string, columns: number): string {
  if (visible(line) <= columns) return line;
  return `${line.replace(COLOUR, "").slice(0, Math.max(1, columns - 1))}…`;
}
