/** Runs a project's program with the embedded engine against a lab; keeps the state per lab. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { environmentError } from "../base/errors.ts";
import { lockFile } from "../base/fileLock.ts";
import type { EngineEvent, RunKind, RunResult } from "../lab/engine/events.ts";
import { LAB_CREDENTIALS, LAB_REGION } from "./clients.ts";
import { ownDirectory } from "./paths.ts";
import type { Project } from "./project.ts";

/** The state of a stack belongs to one lab instance: a lab started anew starts from nothing. */
export function stateFileOf(labId: string, stack: string): string {
  const directory = join(ownDirectory(), "state", labId);
  mkdirSync(directory, { recursive: true });
  return join(directory, `${stack}.json`);
}

/**
 * One writer per state: takes the lock beside the state file and returns what releases it.
 *
 * @throws BackoutError `stack-in-use` while another live process holds it.
 */
export function lockStack(stateFile: string, stack: string): () => void {
  return lockFile(`${stateFile}.lock`, (holder) =>
    environmentError(
      "stack-in-use",
      `stack ${stack} is being changed by ${holder}`,
      "wait until that `up` or `destroy` ends, or interrupt it, and run this again",
    ),
  );
}

export interface Provision {
  readonly kind: RunKind;
  readonly project: Project;
  readonly stack: string;
  readonly config: Readonly<Record<string, string>>;
  readonly stateFile: string;
  readonly endpoint: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: EngineEvent) => void;
}

export async function provision(options: Provision): Promise<RunResult> {
  const { kind, project, stack, config, stateFile, endpoint, signal, onEvent } = options;
  // Loaded when it is needed: a command that is refused should not wait for it.
  const { runStack } = await import("../lab/engine/run.ts");
  return runStack({
    kind,
    program: { projectName: project.name, main: project.main, cwd: project.directory },
    stack,
    config,
    stateFile,
    aws: { endpoint, region: LAB_REGION, credentials: LAB_CREDENTIALS },
    ...(signal ? { signal } : {}),
    ...(onEvent ? { onEvent } : {}),
  });
}
