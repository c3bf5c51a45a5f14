/** What a container of a task must come to before those that depend on it may start. */
import type { Clock } from "../../base/clock.ts";
import type { ContainerRecord } from "./store.ts";

type Answer = "yes" | "no" | "not yet";

/** Whether a container is what `condition` asks for, may still become it, or never will. */
export function meets(condition: string, { status, exitCode, health }: ContainerRecord): Answer {
  const ended = status === "STOPPED";
  switch (condition) {
    case "START":
      return "yes";
    case "COMPLETE":
      return ended ? "yes" : "not yet";
    case "SUCCESS":
      if (!ended) return "not yet";
      return exitCode === 0 ? "yes" : "no";
    default:
      if (ended) return "no";
      return health === "HEALTHY" ? "yes" : "not yet";
  }
}

export class Dependency {
  readonly #clock: Clock;
  readonly #record: ContainerRecord;
  readonly #startTimeoutSeconds: number | undefined;
  readonly #waiting = new Set<() => void>();
  #abandoned = false;

  /** `startTimeoutSeconds`: nominal time after which those that wait give up; for ever without. */
  constructor(clock: Clock, record: ContainerRecord, startTimeoutSeconds: number | undefined) {
    this.#clock = clock;
    this.#record = record;
    this.#startTimeoutSeconds = startTimeoutSeconds;
  }

  /** Resolves when `condition` is met, or nobody cares any more; rejects when it cannot be. */
  reaches(condition: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const { name } = this.#record;
      const settle = (): void => {
        this.#waiting.delete(look);
        cancel?.();
      };
      const look = (): void => {
        const answer = this.#abandoned ? "yes" : meets(condition, this.#record);
        if (answer === "not yet") return;
        settle();
        if (answer === "yes") resolve();
        else reject(new Error(this.#whyNot(condition)));
      };
      const cancel =
        this.#startTimeoutSeconds === undefined
          ? undefined
          : this.#clock.schedule(this.#clock.now() + this.#startTimeoutSeconds * 1000, () => {
              settle();
              reject(
                new Error(`dependency '${name}' was not ${condition} within its startTimeout`),
              );
            });
      this.#waiting.add(look);
      look();
    });
  }

  /** Something about the container has changed. */
  look(): void {
    for (const look of this.#waiting) look();
  }

  /** Lets all who wait go on: the task is being stopped. */
  giveUp(): void {
    this.#abandoned = true;
    this.look();
  }

  #whyNot(condition: string): string {
    const { name, exitCode } = this.#record;
    return condition === "SUCCESS"
      ? `dependency '${name}' ended with exit code ${exitCode}, not with success`
      : `dependency '${name}' ended before it was ${condition}`;
  }
}
