/** One stack of a test: its state in a real temporary directory, its program a fixture. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EngineEvent, RunKind, RunResult } from "../../../lab/engine/events.ts";
import { runStack } from "../../../lab/engine/run.ts";
import type { ResourceState, PendingOperation } from "../../../lab/engine/state.ts";
import { Cloud } from "./cloud.ts";

const FIXTURES = fileURLToPath(new URL("fixtures", import.meta.url));

export interface Run extends RunResult {
  readonly events: readonly EngineEvent[];
}

export class TestStack {
  readonly cloud = new Cloud();
  readonly directory: string;
  /** The fixture that runs. */
  program = "graph.ts";
  config: Record<string, string> = {};
  secretConfig: string[] = [];

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async make(): Promise<TestStack> {
    return new TestStack(await mkdtemp(join(tmpdir(), "backout-engine-")));
  }

  get stateFile(): string {
    return join(this.directory, "state", "dev.json");
  }

  async run(kind: RunKind, signal?: AbortSignal): Promise<Run> {
    const events: EngineEvent[] = [];
    const result = await runStack({
      kind,
      program: { projectName: "project", main: this.program, cwd: FIXTURES },
      stack: "dev",
      config: this.config,
      secretConfig: this.secretConfig,
      stateFile: this.stateFile,
      aws: {
        endpoint: "http://127.0.0.1:9",
        region: "us-east-1",
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
      },
      resources: this.cloud,
      onEvent: (event) => events.push(event),
      ...(signal ? { signal } : {}),
    });
    return { ...result, events };
  }

  /** `up` of the graph fixture with these things. */
  up(things: readonly object[]): Promise<Run> {
    return this.graph("up", things);
  }

  graph(kind: RunKind, things: readonly object[], signal?: AbortSignal): Promise<Run> {
    this.program = "graph.ts";
    this.config = { "project:things": JSON.stringify(things) };
    return this.run(kind, signal);
  }

  async state(): Promise<{ resources: ResourceState[]; pending: PendingOperation[] }> {
    const file: {
      deployment: { resources: ResourceState[]; pending_operations?: PendingOperation[] };
    } = JSON.parse(await readFile(this.stateFile, "utf8"));
    const { resources, pending_operations: pending = [] } = file.deployment;
    return { resources, pending };
  }

  /** The last journal entries, which are then forgotten. */
  journal(): string[] {
    return this.cloud.journal.splice(0);
  }

  remove(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}
