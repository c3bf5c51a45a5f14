/** Disables the actions of a slot's guard alarm: it goes to ALARM, and calls nobody. */
import { z } from "zod";
import { Slot } from "../../guard/slot.ts";
import { standing } from "./standing.ts";
import { type PlannedStep, stepKind } from "./step.ts";

export const alarmActions = stepKind(
  z.object({ kind: z.literal("alarm-actions"), slot: z.enum(Slot), alarm: z.string() }),
  {
    name: ({ alarm }) => `actions of alarm ${alarm}`,

    async begin({ outside, alarms, clock }, { slot, alarm }) {
      const sinceWallMs = clock.wall();
      await outside.machinery.setAlarmActions(alarm, false);
      return standing(sinceWallMs, async () => !(await alarms.read(slot)).guard.actionsEnabled);
    },

    async undo({ outside, alarms }, { slot, alarm }) {
      await outside.machinery.setAlarmActions(alarm, true);
      const { actionsEnabled } = (await alarms.read(slot)).guard;
      return actionsEnabled ? [] : [`the actions of alarm ${alarm} are disabled`];
    },
  },
);

export function disablesActions(): PlannedStep {
  return {
    first: true,
    permissions: ["cloudwatch:DisableAlarmActions", "cloudwatch:EnableAlarmActions"],
    async prepare({ alarms }, { candidate }) {
      const { name, actionsEnabled } = (await alarms.read(candidate)).guard;
      if (!actionsEnabled) {
        return { problems: [`the actions of alarm ${name} are disabled already: a dead drill's?`] };
      }
      const data = { kind: "alarm-actions", slot: candidate, alarm: name } as const;
      return { step: alarmActions.of(data) };
    },
  };
}
