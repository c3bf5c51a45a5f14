/** Stops tasks of a slot, once or again and again, since ECS replaces them; without it they come back. */
import { z } from "zod";
import { Slot } from "../../guard/slot.ts";
import { keepUp } from "./keepUp.ts";
import { type PlannedStep, type StepPorts, stepKind } from "./step.ts";

const schema = z.object({
  kind: z.literal("stop-tasks"),
  slot: z.enum(Slot),
  /** How many stay. */
  spared: z.int().min(0),
  /** Nominal milliseconds; null: once. */
  everyMs: z.int().min(1).nullable(),
  untilWallMs: z.number(),
  mark: z.string(),
});
type StopTasks = z.infer<typeof schema>;

export const stopTasks = stepKind(schema, {
  name: ({ slot }) => `tasks of slot ${slot}`,

  async begin(ports, data) {
    const { clock } = ports;
    const { everyMs, untilWallMs } = data;
    const act = (): Promise<void> => stopAllBut(ports, data);
    if (everyMs !== null) return keepUp({ clock, everyMs, untilWallMs, act });
    const sinceWallMs = clock.wall();
    await act();
    // Tasks that were stopped stay stopped; how their successors fare is the sidecars' to say.
    return {
      sinceWallMs,
      isOver: () => false,
      actedSince: async () => true,
      wordWithinMs: 0,
      end: () => {},
    };
  },

  // ECS has them replaced; whether they are is read with the slot's health.
  undo: async () => [],
});

async function stopAllBut(
  { outside }: StepPorts,
  { slot, spared, mark }: StopTasks,
): Promise<void> {
  const running = [...(await outside.runningTasks(slot))].sort();
  const stopped = running.slice(spared);
  await Promise.all(stopped.map((task) => outside.stopTask(task, mark)));
}

/** How many of a slot's tasks. */
export type HowMany = { readonly count: number } | { readonly percent: number };

/** Of `tasks`, at least one where there is any, at most all. */
export function stoppedOf(tasks: number, howMany: HowMany): number {
  const wanted = "count" in howMany ? howMany.count : Math.ceil((tasks * howMany.percent) / 100);
  return Math.min(tasks, Math.max(1, wanted));
}

/** @param everySeconds nominal; null: once */
export function stopsTasks(howMany: HowMany, everySeconds: number | null): PlannedStep {
  return {
    permissions: ["ecs:ListTasks", "ecs:DescribeTasks", "ecs:StopTask"],
    async prepare({ outside }, { candidate, runId, expiresWallMs }) {
      const { length } = await outside.runningTasks(candidate);
      const missing = "count" in howMany && howMany.count > length;
      if (length === 0 || missing) {
        const wanted = "count" in howMany ? howMany.count : `${howMany.percent} %`;
        return {
          problems: [
            `${wanted} of its tasks are to be stopped, and slot ${candidate} runs ${length}`,
          ],
        };
      }
      return {
        step: stopTasks.of({
          kind: "stop-tasks",
          slot: candidate,
          spared: length - stoppedOf(length, howMany),
          everyMs: everySeconds === null ? null : everySeconds * 1000,
          untilWallMs: expiresWallMs,
          mark: `Backout drill ${runId}`,
        }),
      };
    },
  };
}
