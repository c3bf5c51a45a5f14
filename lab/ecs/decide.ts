/**
 * What the service scheduler does next: a pure decision over counts and states. Rolling updates
 * keep at least `minimumHealthyPercent` healthy and at most `maximumPercent` running.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
 */

/** A stopping task is on its way out and counts for nothing but the old deployment's end. */
export type TaskPhase = "starting" | "healthy" | "unhealthy" | "stopping";

export interface TaskView {
  readonly id: string;
  /** Of the primary deployment. */
  readonly primary: boolean;
  readonly phase: TaskPhase;
}

export interface ServiceView {
  readonly desiredCount: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** Whether the primary deployment has failed without a way back: it launches nothing. */
  readonly stalled: boolean;
  /** Oldest first. */
  readonly tasks: readonly TaskView[];
}

export interface Decision {
  /** How many tasks of the primary deployment to start. */
  readonly launch: number;
  /** Tasks too many, or of a deployment that is replaced. */
  readonly stop: readonly string[];
  /** Unhealthy tasks that have a replacement, or that must make room for it. */
  readonly replace: readonly string[];
  /** Every wanted task is healthy and none of another deployment is left. */
  readonly steady: boolean;
}

export function decide(view: ServiceView): Decision {
  const { desiredCount, tasks } = view;
  const live = tasks.filter(({ phase }) => phase !== "stopping");
  const primary = live.filter((task) => task.primary);
  const old = live.filter((task) => !task.primary);
  const sick = primary.filter(({ phase }) => phase === "unhealthy");
  const useful = primary.filter(({ phase }) => phase !== "unhealthy");
  // AWS rounds the lower limit up and the upper one down.
  const lower = Math.ceil((desiredCount * view.minimumHealthyPercent) / 100);
  const upper = Math.floor((desiredCount * view.maximumPercent) / 100);
  const wanted = desiredCount - useful.length;
  const launch = view.stalled ? 0 : Math.max(0, Math.min(wanted, upper - live.length));
  const excess = leastUseful(useful).slice(0, Math.max(0, -wanted));
  // What still serves stays as it is: nothing would come in its place.
  if (view.stalled) {
    return { launch, stop: excess.map(({ id }) => id), replace: [], steady: false };
  }
  const staying = live.filter((task) => !excess.includes(task));
  const healthy = staying.filter(({ phase }) => phase === "healthy").length;
  const oldHealthy = old.filter(({ phase }) => phase === "healthy");
  return {
    launch,
    stop: [
      ...excess,
      ...old.filter(({ phase }) => phase !== "healthy"),
      ...oldHealthy.slice(0, Math.max(0, healthy - lower)),
    ].map(({ id }) => id),
    replace: sick
      .slice(0, sickToStop(desiredCount, sick, useful, wanted > 0 && launch === 0))
      .map(({ id }) => id),
    steady:
      tasks.every((task) => task.primary) &&
      primary.length === desiredCount &&
      primary.every(({ phase }) => phase === "healthy"),
  };
}

/**
 * An unhealthy task stays until its replacement is known to be healthy or not; then what is above
 * the desired count goes. Where `maximumPercent` leaves no room for a replacement, one goes first.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
 */
function sickToStop(
  desiredCount: number,
  sick: readonly TaskView[],
  useful: readonly TaskView[],
  noRoom: boolean,
): number {
  if (useful.some(({ phase }) => phase === "starting")) return 0;
  const surplus = Math.max(0, sick.length + Math.min(useful.length, desiredCount) - desiredCount);
  return surplus === 0 && noRoom ? 1 : surplus;
}

/** Whom to stop first when there are too many: who serves nobody, then the oldest. */
function leastUseful(tasks: readonly TaskView[]): TaskView[] {
  return tasks.toSorted((a, b) => Number(a.phase === "healthy") - Number(b.phase === "healthy"));
}

/** Nominal time before the next launch after `failures` tasks in a row never reached RUNNING. */
export function launchBackoffMs(failures: number): number {
  // AWS documents the 27 minutes only; doubling from 10 s is this lab's choice.
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
  return Math.min(27 * 60_000, 10_000 * 2 ** Math.max(0, failures - 1));
}
