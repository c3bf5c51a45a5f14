/** Somebody updated the alarms, and they warm up while a bad release comes. */
import { warmsAlarmsUp } from "../steps/alarmWarmUp.ts";
import { guardFault } from "./guardFault.ts";

export const guardAlarmWarmUp = guardFault({
  name: "guard-alarm-warm-up",
  summary: "the alarms over failed requests are in their warm-up",
  breaksLink: "alarm",
  homeBy: ["sentinel", "watchdog"],
  step: warmsAlarmsUp,
  expiresItself: true,
});
