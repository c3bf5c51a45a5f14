/** AWS FIS as a drill sees it: experiments that begin a moment after they were started, and end when told. */
import type { Clock } from "../../base/clock.ts";
import type {
  Experiment,
  Experiments,
  ExperimentTarget,
} from "../../drills/outside/experiments.ts";
import { environmentNames } from "../../guard/names.ts";
import { ENVIRONMENT } from "./cloud.ts";

const NAMES = environmentNames(ENVIRONMENT);
const TARGET: ExperimentTarget = {
  name: "tasks",
  resourceType: "aws:ecs:task",
  resourceArns: [],
  resourceTags: {},
  parameters: { cluster: NAMES.cluster, service: NAMES.service.green },
};
const BEGINS_AFTER_MS = 3_000;
const ENDS_AFTER_MS = 5_000;

interface Started {
  readonly tags: Readonly<Record<string, string>>;
  readonly startedMs: number;
  stoppedMs: number;
}

export class SimulatedExperiments implements Experiments {
  readonly #clock: Clock;
  /** By the token, which is the id as well. */
  readonly #started = new Map<string, Started>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  targetsOf = async (): Promise<readonly ExperimentTarget[]> => [TARGET];

  start: Experiments["start"] = async (_template, token, tags) => {
    if (!this.#started.has(token)) {
      this.#started.set(token, { tags, startedMs: this.#clock.now(), stoppedMs: Infinity });
    }
    return token;
  };

  get = async (id: string): Promise<Experiment> => this.#shown(id);

  stop = async (id: string): Promise<void> => {
    const found = this.#started.get(id);
    if (found) found.stoppedMs = Math.min(found.stoppedMs, this.#clock.now());
  };

  tagged: Experiments["tagged"] = async (_template, key, value) =>
    this.all.filter(({ tags }) => tags[key] === value);

  get all(): readonly Experiment[] {
    return [...this.#started.keys()].map((id) => this.#shown(id));
  }

  #shown(id: string): Experiment {
    const found = this.#started.get(id);
    if (!found) throw new Error(`there is no experiment ${id}`);
    const { tags, startedMs, stoppedMs } = found;
    const nowMs = this.#clock.now();
    const isStopped = nowMs >= stoppedMs;
    const started = nowMs >= startedMs + BEGINS_AFTER_MS ? "running" : "pending";
    const ending = nowMs >= stoppedMs + ENDS_AFTER_MS ? "stopped" : "stopping";
    return { id, status: isStopped ? ending : started, reason: "", startedMs, tags };
  }
}
