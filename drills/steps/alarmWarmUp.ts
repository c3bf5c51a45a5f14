/**
 * Puts the alarms over a slot's failed requests into a warm-up, as an update of them may: until it is
 * over they are not evaluated and call nobody. It ends by itself, with the fault.
 */
import { z } from "zod";
import { Slot } from "../../guard/slot.ts";
import { OVER_ERRORS, putDefinitionsBack } from "./alarmBlind.ts";
import { awaited, standing } from "./standing.ts";
import { type PlannedStep, stepKind } from "./step.ts";

const MINUTE_MS = 60_000;
/** PutMetricAlarm takes no longer one. */
const LONGEST_MINUTES = 2_880;

const definition = z.looseObject({ AlarmName: z.string() });

export const alarmWarmUp = stepKind(
  z.object({
    kind: z.literal("alarm-warm-up"),
    slot: z.enum(Slot),
    alarms: z.array(z.object({ before: definition, during: definition })),
  }),
  {
    name: ({ alarms }) => `warm-up of ${alarms.map(({ before }) => before.AlarmName).join(", ")}`,

    async begin(ports, { alarms }) {
      const { machinery } = ports.outside;
      for (const { during } of alarms) await machinery.define(during);
      const isWarming = async (): Promise<boolean> => {
        const are = await Promise.all(
          alarms.map(({ during }) => machinery.isWarming(during.AlarmName)),
        );
        return are.every(Boolean);
      };
      const names = alarms.map(({ during }) => during.AlarmName).join(", ");
      await awaited(ports, `the warm-up of ${names}`, MINUTE_MS, isWarming);
      return standing(ports.clock.wall(), isWarming);
    },

    undo: (ports, { alarms }) => putDefinitionsBack(ports, alarms),
  },
);

export function warmsAlarmsUp(): PlannedStep {
  return {
    first: true,
    permissions: ["cloudwatch:PutMetricAlarm"],
    async prepare({ alarms, outside, clock }, { candidate, expiresWallMs }) {
      const shown = await alarms.read(candidate);
      const names = OVER_ERRORS.flatMap((signal) => shown[signal]?.name ?? []);
      const before = await Promise.all(names.map((name) => outside.machinery.definitionOf(name)));
      const own = before.filter((one) => "WarmUpConfiguration" in one);
      if (own.length > 0) {
        const named = own.map(({ AlarmName }) => AlarmName).join(", ");
        return { problems: [`${named} has a warm-up of its own: another would not begin`] };
      }
      const minutes = Math.ceil((clock.toNominal(expiresWallMs) - clock.now()) / MINUTE_MS);
      const WarmUpConfiguration = {
        WarmUpPeriodDurationInMinutes: Math.min(LONGEST_MINUTES, Math.max(1, minutes)),
        // Else it is over as soon as there are points enough.
        OnlyStartEvaluatingAfterWarmUpPeriodEnds: true,
      };
      const changes = before.map((one) => ({
        before: one,
        during: { ...one, WarmUpConfiguration },
      }));
      return { step: alarmWarmUp.of({ kind: "alarm-warm-up", slot: candidate, alarms: changes }) };
    },
  };
}
