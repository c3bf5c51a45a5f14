/** `backout demo`: the whole loop on a lab of its own, from nothing to a record and back to nothing. */
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Command, Option } from "commander";
import { sortableId } from "../base/ids.ts";
import { environmentError, messageOf, usageError } from "../base/errors.ts";
import { RehearsedBreak } from "../components/guardArgs.ts";
import type { DrillEvent } from "../drills/events.ts";
import { chooseFault } from "../drills/faults/registry.ts";
import { type DrillRecord, Verdict } from "../drills/verdict/record.ts";
import { htmlReport } from "../drills/report/html.ts";
import { loadReport } from "../drills/report/summary/load.ts";
import { renderSummary } from "../drills/report/terminal.ts";
import { runDrill } from "../drills/runner.ts";
import { exitCodeOf } from "../drills/verdict/verdict.ts";
import { connect, DEFAULT_REQUESTS_PER_SECOND } from "./drillConnection.ts";
import { defaultImages } from "./images.ts";
import { type Interrupt, onInterrupt } from "./interrupt.ts";
import { jsonOption, setOption, speedOption, withOptions } from "./options.ts";
import { diagnose, errorDocument, ExitCode, printJson } from "./output.ts";
import { ownServers, type OwnServersOptions, type Releases } from "./ownServers.ts";
import { writeFiles } from "./outputFiles.ts";
import { commandLine, ownDirectory, packageDirectory } from "./paths.ts";
import { readProject, readStackConfig } from "./project.ts";
import { provision } from "./provision.ts";
import { parseQuestion } from "./reportQuestion.ts";
import { targetAt } from "./target.ts";
import { taskTrouble } from "./taskTrouble.ts";
import { createView, silentView, type View } from "./view.ts";

/** The load balancer's metrics are watched in every one of them. */
const SIGNAL_SETS = {
  alb: {},
  fast: { "backout:fastSignals": "true" },
  sentinel: { "backout:sentinel": "true" },
  all: { "backout:fastSignals": "true", "backout:sentinel": "true" },
} as const;
type Signals = keyof typeof SIGNAL_SETS;

interface DemoOptions extends OwnServersOptions {
  readonly fault: string;
  readonly set: Readonly<Record<string, unknown>>;
  readonly speed: number;
  readonly break?: RehearsedBreak;
  readonly withoutSecondWay?: boolean;
  readonly signals: Signals;
  readonly out?: string;
  readonly json?: boolean;
}

export function demoCommand(finish: (code: ExitCode) => void): Command {
  return withOptions(
    new Command("demo")
      .description(
        "a guarded release is broken on purpose and reverts by itself, on a lab of its own",
      )
      .option("--fault <name>", "how the release goes bad", "bad-release-errors"),
    [
      setOption(),
      speedOption(20),
      new Option("--break <link>", "leave this link out: the second way home acts then").choices(
        Object.values(RehearsedBreak),
      ),
      new Option(
        "--without-second-way",
        "without the watchdog: with --break, the drill must then fail",
      ),
      new Option("--signals <set>", "what watches the release beside the load balancer's metrics")
        .choices(Object.keys(SIGNAL_SETS))
        .default("alb"),
      new Option("--blue <command>", "a server of yours as the stable release; it gets PORT"),
      new Option("--green <command>", "a server of yours as the new release; it gets PORT"),
      new Option("--health-path <path>", "where they answer health checks (default: /)"),
      new Option("--out <dir>", "where journal and record go (default: .backout/demo/ID)"),
      jsonOption(),
    ],
  ).action(async (options: DemoOptions) => finish(await demo(options)));
}

async function demo(options: DemoOptions): Promise<ExitCode> {
  const fault = chooseFault(options.fault, options.set);
  const own = ownServers(options);
  const out = options.out ?? join(ownDirectory(), "demo", sortableId(Date.now()));
  const journal = join(out, "journal");
  prepareOut(out);
  const view = options.json ? silentView : createView();
  const interrupt = onInterrupt(() => view.say("interrupted: undoing first"));
  try {
    const record = await runInLab(options, fault.name, { out, own, view, interrupt });
    if (!record) {
      if (options.json) printJson(errorDocument("interrupted", "ended before there was a drill"));
      return ExitCode.Interrupted;
    }
    const { model, summary } = loadReport(journal, parseQuestion({}, Date.now()));
    writeFiles([
      { path: join(out, "record.json"), text: `${JSON.stringify(record, null, 2)}\n` },
      { path: join(out, "report.html"), text: htmlReport(model, summary) },
    ]);
    if (options.json) printJson(record);
    else view.say(`${renderSummary(record)}\n${whatNext(out, options)}`);
    return exitCodeOf(record.verdict);
  } finally {
    view.end();
    interrupt.dispose();
  }
}

interface Stage {
  readonly out: string;
  readonly own: Releases | undefined;
  readonly view: View;
  readonly interrupt: Interrupt;
}

/** Undefined when it was interrupted before there was a drill to undo. */
async function runInLab(
  options: DemoOptions,
  fault: string,
  stage: Stage,
): Promise<DrillRecord | undefined> {
  const { view, interrupt } = stage;
  const { startLab } = await import("../lab/lab.ts");
  const lab = await startLab({
    speed: options.speed,
    images: { ...defaultImages(options.speed), ...stage.own?.images },
    log: diagnose,
  });
  try {
    view.say(`lab at ${lab.endpoint}, clock ${options.speed} x`);
    await provisionExample(options, lab, stage);
    if (interrupt.signal.aborted) return undefined;
    const target = await targetAt(lab.endpoint, lab.status());
    const journal = join(stage.out, "journal");
    const connection = await connect(target, undefined, journal, DEFAULT_REQUESTS_PER_SECOND);
    try {
      const onEvent = (event: DrillEvent): void => view.onDrillEvent(event);
      const record = await runDrill(
        {
          drill: fault,
          parameters: options.set,
          signal: interrupt.signal,
          onEvent,
          evenIfUnarmed: options.break !== undefined,
        },
        connection,
      );
      if (record.verdict === Verdict.NotRun && stage.own) {
        for (const line of await taskTrouble(target.clients, record.environment)) diagnose(line);
      }
      return record;
    } finally {
      connection.close();
    }
  } finally {
    view.status("stopping the lab");
    await lab.stop();
  }
}

async function provisionExample(
  options: DemoOptions,
  lab: { readonly endpoint: string; readonly directory: string },
  stage: Stage,
): Promise<void> {
  const { view, interrupt, own } = stage;
  const project = readProject(packageDirectory);
  const result = await provision({
    kind: "up",
    project,
    stack: "dev",
    config: {
      ...readStackConfig(project, "dev"),
      ...own?.config,
      ...SIGNAL_SETS[options.signals],
      ...(options.break === undefined ? {} : { "backout:rehearseWithout": options.break }),
      ...(options.withoutSecondWay ? { "backout:secondWay": "false" } : {}),
    },
    stateFile: join(lab.directory, "stack.json"),
    endpoint: lab.endpoint,
    signal: interrupt.signal,
    onEvent: (event) => {
      if (event.type === "step.finished") view.status(`provisioning: ${event.step.name}`);
    },
  });
  if (result.interrupted) return;
  if (!result.ok) {
    throw environmentError(
      "not-provisioned",
      `the example stack could not be provisioned: ${result.errors.map((error) => error.message).join("; ")}`,
    );
  }
  const missing = [
    ...(options.break === undefined ? [] : [`the link "${options.break}"`]),
    ...(options.withoutSecondWay ? ["the second way home"] : []),
  ];
  const without = missing.length === 0 ? "" : `, without ${missing.join(" and ")}`;
  view.say(`stack provisioned: ${result.changes.create} resources${without}`);
}

/** The directory is made and tried before anything is started. */
function prepareOut(out: string): void {
  try {
    mkdirSync(out, { recursive: true });
    if (!statSync(out).isDirectory()) throw new Error("it is not a directory");
    const probe = join(out, ".writable");
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (error) {
    throw usageError(
      "bad-out",
      `--out ${out} cannot be used: ${messageOf(error)}`,
      "name a directory that can be made and written",
    );
  }
}

function whatNext(out: string, options: DemoOptions): string {
  const below = relative(process.cwd(), out);
  const here = below === "" || below.startsWith("..") ? resolve(out) : below;
  return [
    `  report:  ${join(here, "report.html")}`,
    `  journal: ${join(here, "journal")} (check it: ${commandLine("report verify")} --journal ${join(here, "journal")})`,
    `  record:  ${join(here, "record.json")}`,
    "",
    options.break === undefined
      ? `  next: \`${commandLine("demo --break permission")}\` shows the second way home when a link of the first is missing`
      : nextAfterBreak(options, options.break),
    `        \`${commandLine("lab start --detach")} && ${commandLine("up")}\` gives a lab and a stack that stay`,
  ].join("\n");
}

function nextAfterBreak({ withoutSecondWay }: DemoOptions, link: RehearsedBreak): string {
  return withoutSecondWay
    ? `  next: \`${commandLine("demo")}\` shows the same drill with every link in place`
    : `  next: \`${commandLine(`demo --break ${link} --without-second-way`)}\` shows that it fails without that, and why`;
}
