/** Somebody muted the guard alarm, and a bad release came. */
import { mutesAlarm } from "../steps/alarmMute.ts";
import { guardFault } from "./guardFault.ts";

export const guardAlarmMuted = guardFault({
  name: "guard-alarm-muted",
  summary: "the guard alarm is muted",
  breaksLink: "alarm-action",
  homeBy: ["sentinel", "reconcile", "watchdog"],
  step: mutesAlarm,
  expiresItself: true,
});
