/**
 * Sets a metric alarm's state. It is a push: "Metric alarms returns to their actual state quickly, often
 * within seconds" (SetAlarmState), at the next evaluation; the composite above it goes along, and its
 * actions fire. Never on a composite itself, which "is not guaranteed to return to its actual state".
 */
import { z } from "zod";
import { ALL_SIGNALS, type AnySignal } from "../../guard/signals.ts";
import { Slot } from "../../guard/slot.ts";
import { type PlannedStep, stepKind } from "./step.ts";

export const alarmState = stepKind(
  z.object({
    kind: z.literal("alarm-state"),
    slot: z.enum(Slot),
    signal: z.enum(ALL_SIGNALS),
    alarm: z.string(),
    /** In the alarm's reason: what tells this push from anybody else's. */
    mark: z.string(),
  }),
  {
    name: ({ alarm }) => `state of alarm ${alarm}`,

    async begin({ outside, clock }, { alarm, mark }) {
      const [sinceMs, sinceWallMs] = [clock.now(), clock.wall()];
      await outside.setAlarmState(alarm, "ALARM", `${mark}: set by hand, nothing was measured`);
      return {
        sinceWallMs,
        // It is over at once, and was never meant to last.
        isOver: () => false,
        actedSince: async () => ((await outside.wentToAlarmBy(alarm, mark, sinceMs)) ? true : null),
        wordWithinMs: 0,
        end: () => {},
      };
    },

    async undo({ alarms, outside }, { slot, signal, alarm, mark }) {
      const shown = (await alarms.read(slot))[signal];
      // Evaluated since: what it says now is its own.
      if (!shown || shown.state !== "ALARM" || !shown.reason.includes(mark)) return [];
      await outside.setAlarmState(alarm, "OK", `${mark}: put back`);
      return [];
    },
  },
);

export function setsAlarm(signal: AnySignal): PlannedStep {
  return {
    permissions: ["cloudwatch:SetAlarmState"],
    async prepare({ alarms }, { candidate, runId }) {
      const shown = (await alarms.read(candidate))[signal];
      if (!shown) return { problems: [`slot ${candidate} has no alarm over the signal ${signal}`] };
      const mark = `Backout drill ${runId}`;
      const data = {
        kind: "alarm-state",
        slot: candidate,
        signal,
        alarm: shown.name,
        mark,
      } as const;
      return { step: alarmState.of(data) };
    },
  };
}
