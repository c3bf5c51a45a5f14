/** `backout up`, `preview` and `destroy`: the project's own Pulumi program against the lab. */
import { existsSync } from "node:fs";
import { Command } from "commander";
import type { EngineEvent, RunKind, RunResult } from "../lab/engine/events.ts";
import { endpointOption, jsonOption, withOptions } from "./options.ts";
import { diagnose, ExitCode, print, printJson } from "./output.ts";
import { whileTimePasses } from "./passingTime.ts";
import { projectDirectory } from "./paths.ts";
import { parseOverrides, readProject, readStackConfig } from "./project.ts";
import { lockStack, provision, stateFileOf } from "./provision.ts";
import { askLab } from "./runningLab.ts";
import { resolveLoopback } from "./target.ts";

interface StackOptions {
  readonly stack: string;
  readonly config: readonly string[];
  readonly endpoint?: string;
  readonly json?: boolean;
}

const DESCRIPTIONS: Record<RunKind, string> = {
  up: "create or update the stack in the lab; moves no traffic",
  preview: "show what `up` would do; writes nothing",
  destroy: "delete everything the stack made in the lab",
};

export function stackCommand(kind: RunKind, finish: (code: ExitCode) => void): Command {
  return withOptions(new Command(kind).description(DESCRIPTIONS[kind]), [
    endpointOption(),
    jsonOption(),
  ])
    .option("--stack <name>", "the stack, configured by Pulumi.NAME.yaml", "dev")
    .option("--config <key=value>", "override a configuration value (repeat it)", collect, [])
    .action(async (options: StackOptions) => finish(await run(kind, options)));
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

async function run(kind: RunKind, options: StackOptions): Promise<ExitCode> {
  const project = readProject(projectDirectory());
  const config = {
    ...readStackConfig(project, options.stack),
    ...parseOverrides(project, options.config),
  };
  const target = await resolveLoopback(options);
  const stateFile = stateFileOf(target.lab?.id ?? "elsewhere", options.stack);
  const release = kind === "preview" ? () => {} : lockStack(stateFile, options.stack);
  const abort = new AbortController();
  const onSignal = (): void => abort.abort();
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  try {
    if (!existsSync(stateFile) && !options.json) {
      print(`Stack ${options.stack} starts from nothing: this lab has no state of it yet.`);
    }
    const waits = kind === "preview" ? undefined : target.lab;
    const result = await whileTimePasses(waits, () =>
      provision({
        kind,
        project,
        stack: options.stack,
        config,
        stateFile,
        endpoint: target.endpoint,
        signal: abort.signal,
        ...(options.json ? {} : { onEvent: (event: EngineEvent) => narrate(kind, event) }),
      }),
    );
    const code = conclude(kind, options, result);
    if (kind === "up" && result.ok && !options.json) await sayWhereItAnswers(target.endpoint);
    return code;
  } finally {
    release();
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}

function narrate(kind: RunKind, event: EngineEvent): void {
  if (event.type === "step.finished" && event.step.kind !== "same" && event.step.custom) {
    const changed = event.step.changed.length > 0 ? ` (${event.step.changed.join(", ")})` : "";
    const tense = kind === "preview" ? "would " : "";
    print(`  ${tense}${event.step.kind.padEnd(8)}${event.step.type}  ${event.step.name}${changed}`);
  }
  if (event.type === "log" && event.severity !== "debug") diagnose(event.message);
  if (event.type === "output") diagnose(event.line);
}

/** The stack's own `url` is AWS's; in the lab a taken port is answered at another one. */
async function sayWhereItAnswers(endpoint: string): Promise<void> {
  const lab = await askLab(endpoint);
  for (const { name, listeners } of lab?.loadBalancers ?? []) {
    for (const { port, url } of listeners) {
      print(`  here, load balancer ${name}, port ${port}, answers at ${url}`);
    }
  }
}

function conclude(kind: RunKind, options: StackOptions, result: RunResult): ExitCode {
  const { ok, changes, outputs, errors, interrupted } = result;
  if (options.json) {
    const steps = result.steps.filter((step) => step.kind !== "same");
    printJson({
      schemaVersion: 1,
      command: kind,
      stack: options.stack,
      ok,
      changes,
      outputs,
      steps,
      errors,
      interrupted,
    });
  } else {
    const counts = Object.entries(changes).filter(([, count]) => count > 0);
    // Of a program that was refused there is nothing to count.
    if (ok || counts.some(([what]) => what !== "same")) {
      print(counts.map(([what, count]) => `${count} ${what}`).join(", ") || "nothing to do");
    }
    if (ok && kind === "up") {
      for (const [key, value] of Object.entries(outputs))
        print(`  ${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
    }
  }
  for (const error of errors) {
    diagnose(`backout: ${error.urn ? `${error.urn}: ` : ""}${error.message}`);
    for (const problem of error.problems) diagnose(`  - ${problem.property}: ${problem.reason}`);
  }
  if (interrupted) {
    diagnose("interrupted: run it again to finish");
    return ExitCode.Interrupted;
  }
  if (ok) return ExitCode.Passed;
  return errors.some((error) => error.refused) ? ExitCode.Usage : ExitCode.Environment;
}
