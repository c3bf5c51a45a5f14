/** The embedded Pulumi engine's front: runs an unmodified program with no Pulumi CLI. */
import { usageError } from "../../base/errors.ts";
import { makeClients, type AwsTarget } from "../resources/clients.ts";
import { labResources } from "../resources/table.ts";
import type { ResourceTable } from "../resources/types.ts";
import type { Properties } from "../resources/values.ts";
import { Course } from "./course.ts";
import { Deployment } from "./deployment.ts";
import {
  StepKind,
  type Changes,
  type EngineEvent,
  type RunKind,
  type RunResult,
} from "./events.ts";
import { programError } from "./failures.ts";
import { Callbacks, Hooks } from "./hooks.ts";
import { serveMonitor } from "./monitor.ts";
import { startProgram } from "./program.ts";
import { providerProblems } from "./providers.ts";
import { shownProperties } from "./secrets.ts";
import { Snapshot } from "./snapshot.ts";
import { readState, type PendingOperation } from "./state.ts";

export interface RunOptions {
  readonly kind: RunKind;
  readonly program: {
    /** `name` in Pulumi.yaml: the namespace of its config and part of every URN. */
    readonly projectName: string;
    /** The program's entry file, absolute or relative to `cwd`. */
    readonly main: string;
    readonly cwd: string;
  };
  readonly stack: string;
  /** Stack config by full key (`backout:environment`), values as in Pulumi.STACK.yaml. */
  readonly config: Readonly<Record<string, string>>;
  /** Keys of `config` whose values are secret. */
  readonly secretConfig?: readonly string[];
  /** Where the stack's state lives; missing means an empty stack. Written only by up and destroy. */
  readonly stateFile: string;
  readonly aws: AwsTarget;
  /** Resource types and invokes; the lab's own table when missing. */
  readonly resources?: ResourceTable;
  onEvent?(event: EngineEvent): void;
  /** Aborting starts no further operation; running ones finish and are written to the state. */
  readonly signal?: AbortSignal;
}

/**
 * Runs the stack's program (destroy runs none). What goes wrong in the program or in AWS is in the
 * result's `errors`; a `BackoutError` is thrown for a program, config or state file that cannot be
 * used at all.
 */
export async function runStack(options: RunOptions): Promise<RunResult> {
  refuseAwsConfig(options);
  const emit = options.onEvent?.bind(options) ?? (() => {});
  const state = await readState(options.stateFile);
  warnOfPending(state.pending, emit);

  const dryRun = options.kind === "preview";
  const snapshot = new Snapshot(state.resources, dryRun ? undefined : options.stateFile);
  const callbacks = new Callbacks();
  const hooks = new Hooks(callbacks, dryRun, (message, urn) =>
    emit({ type: "log", severity: "warning", message, urn }),
  );
  const context = { clients: makeClients(options.aws), region: options.aws.region };
  const course = new Course(
    { table: options.resources ?? labResources, context, snapshot, hooks, dryRun },
    {
      stack: options.stack,
      project: options.program.projectName,
      region: options.aws.region,
      emit,
    },
  );
  const deployment = new Deployment(course);
  const stop = (): void => course.stop();
  options.signal?.addEventListener("abort", stop, { once: true });
  if (options.signal?.aborted) stop();
  try {
    if (options.kind === "destroy") await deployment.removeAll(state.resources);
    else await runProgram(options, deployment, hooks, emit);
  } finally {
    await course.settled();
    if (!dryRun) await snapshot.save();
    options.signal?.removeEventListener("abort", stop);
    callbacks.close();
  }

  const interrupted = options.signal?.aborted === true;
  return {
    ok: course.errors.length === 0 && !interrupted,
    changes: countChanges(course.steps.map((step) => step.kind)),
    outputs: shownProperties(deployment.stackOutputs),
    steps: course.steps,
    errors: course.errors,
    interrupted,
  };
}

async function runProgram(
  options: RunOptions,
  deployment: Deployment,
  hooks: Hooks,
  emit: (event: EngineEvent) => void,
): Promise<void> {
  const { course } = deployment;
  const monitor = await serveMonitor(deployment, hooks, {
    stack: options.stack,
    project: options.program.projectName,
    config: options.config,
    secretConfig: options.secretConfig ?? [],
    dryRun: options.kind === "preview",
    emit,
  });
  try {
    const servers = { monitor: monitor.address, engine: monitor.address };
    const program = startProgram(options, servers, {
      // What a stopped program still says is only that it was stopped.
      error: (error) => {
        if (!course.stopped) course.fail(programError(error));
      },
      line: (stream, line) => {
        if (!course.stopped) emit({ type: "output", stream, line });
      },
    });
    // The hooks of operations that run are functions of the program: it has to live until then.
    void course.whenStopped.then(() => course.settled()).then(() => program.kill());
    const code = await program.exited;
    if (code !== 0 && course.errors.length === 0 && !options.signal?.aborted) {
      const how = code === null ? "was killed" : `exited with code ${code}`;
      course.fail({ message: `the program ${how}`, problems: [] });
    }
    // Launchers before SignalAndWaitForShutdown just end.
    await deployment.removeLeftovers();
  } finally {
    await course.settled();
    monitor.stop();
  }
}

function refuseAwsConfig(options: RunOptions): void {
  const settings: Properties = {};
  for (const [key, value] of Object.entries(options.config)) {
    if (key.startsWith("aws:")) settings[key.slice("aws:".length)] = value;
  }
  const problem = providerProblems(settings, options.aws.region)[0];
  if (!problem) return;
  throw usageError(
    "bad-config",
    `The stack's config aws:${problem.property} ${problem.reason}.`,
    "Remove it from the stack's config.",
  );
}

function warnOfPending(
  pending: readonly PendingOperation[],
  emit: (event: EngineEvent) => void,
): void {
  for (const { resource, type } of pending) {
    const message = `the last run ended while ${type} this resource: it may have been done or not`;
    emit({ type: "log", severity: "warning", message, urn: resource.urn });
  }
}

function countChanges(kinds: readonly StepKind[]): Changes {
  const changes = { create: 0, update: 0, replace: 0, delete: 0, same: 0 };
  for (const kind of kinds) if (kind !== StepKind.Read) changes[kind] += 1;
  return changes;
}
