/** `drill run --dry-run`: what would be done, to what, and what stands against it. */
import { formatDuration } from "../base/duration.ts";
import type { DrillConnection } from "../drills/connect.ts";
import { type DryRun, dryRun } from "../drills/preflight/dryRun.ts";
import type { Job } from "./drillJobs.ts";
import { ExitCode, print, printJson } from "./output.ts";

/** 0 when every one could be run now, 3 otherwise. */
export async function tryOut(
  jobs: readonly Job[],
  leftOut: readonly { readonly drill: string; readonly reason: string }[],
  connection: DrillConnection,
  options: { readonly all?: boolean; readonly json?: boolean },
): Promise<ExitCode> {
  const found: DryRun[] = [];
  for (const job of jobs) found.push(await dryRun(job.options, connection));
  const [only] = found;
  if (options.json && options.all) printJson({ schemaVersion: 1, dryRuns: found, leftOut });
  else if (options.json) printJson({ schemaVersion: 1, ...only });
  else {
    for (const one of found) print(renderDryRun(one));
    for (const { drill, reason } of leftOut) print(`left out: ${drill}: ${reason}`);
  }
  return found.every(({ ready }) => ready) ? ExitCode.Passed : ExitCode.Environment;
}

function renderDryRun(found: DryRun): string {
  const { drill, fault, environment, ready, problems, waits, targets, steps, plan } = found;
  const what = drill === fault ? drill : `${drill} (${fault})`;
  const verdict = ready ? "could run now" : problems.length > 0 ? "would be refused" : "would wait";
  return [
    `${what} on ${environment}: ${verdict}; nothing was written`,
    ...list("stands against it:", problems),
    ...list("waited for first:", waits),
    ...(targets
      ? list("targets:", [
          `slot ${targets.candidate} is broken, ${targets.healthyTargets[targets.candidate]} healthy`,
          `slot ${targets.stable} is the way home, ${targets.healthyTargets[targets.stable]} healthy`,
          `up to ${Math.round(targets.reach.share * 1000) / 10} % of the requests go bad`,
          `alarms: ${targets.alarms.join(", ")}`,
        ])
      : []),
    ...list("steps:", steps),
    ...(plan
      ? list("times of the environment's clock:", [
          `detection ${formatDuration(plan.floors.detect)} at best, ${formatDuration(plan.floors.detectWorst)} at worst`,
          `objective ${formatDuration(plan.objectiveMs)}, hold ${formatDuration(plan.holdMs)}, sustain ${formatDuration(plan.sustainMs)}`,
          `the fault ends by itself after ${formatDuration(plan.leaseMs)}`,
        ])
      : []),
    ...list("permissions of whoever runs it:", [found.permissions.join(", ")]),
  ].join("\n");
}

function list(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`  ${title}`, ...items.map((item) => `    - ${item}`)];
}
