/**
 * Mutes a slot's guard alarm by a rule of its own, which expires with the fault: the alarm goes to
 * ALARM, and its actions wait. When a mute ends over an alarm that is still in ALARM, they run.
 */
import { z } from "zod";
import { awaited, standing } from "./standing.ts";
import { type PlannedStep, stepKind } from "./step.ts";

const MINUTE_MS = 60_000;

export const alarmMute = stepKind(
  z.object({
    kind: z.literal("alarm-mute"),
    alarm: z.string(),
    rule: z.string(),
    /** Nominal: rules live by CloudWatch's clock. */
    untilMs: z.number(),
  }),
  {
    name: ({ alarm }) => `mute of alarm ${alarm}`,

    async begin(ports, { alarm, rule, untilMs }) {
      const { outside, clock } = ports;
      const { machinery } = outside;
      // Rules begin at whole minutes, and nothing says that one may begin in the past.
      const fromMs = (Math.floor(clock.now() / MINUTE_MS) + 1) * MINUTE_MS;
      await machinery.mute(rule, alarm, fromMs, untilMs);
      const isMuting = (): Promise<boolean> => machinery.isMuting(rule);
      await awaited(ports, `the mute of alarm ${alarm}`, 3 * MINUTE_MS, isMuting);
      return standing(clock.wall(), isMuting);
    },

    async undo({ outside }, { alarm, rule }) {
      await outside.machinery.unmute(rule);
      return (await outside.machinery.isMuting(rule)) ? [`alarm ${alarm} is muted by ${rule}`] : [];
    },
  },
);

export function mutesAlarm(): PlannedStep {
  return {
    first: true,
    permissions: [
      "cloudwatch:PutAlarmMuteRule",
      "cloudwatch:GetAlarmMuteRule",
      "cloudwatch:DeleteAlarmMuteRule",
    ],
    async prepare({ alarms, clock }, { candidate, runId, expiresWallMs }) {
      const { name } = (await alarms.read(candidate)).guard;
      const rule = `backout-drill-${runId}`;
      const untilMs = clock.toNominal(expiresWallMs);
      return { step: alarmMute.of({ kind: "alarm-mute", alarm: name, rule, untilMs }) };
    },
  };
}
