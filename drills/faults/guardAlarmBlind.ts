/** The alarms look at metrics that nobody publishes: they stay OK over a bad release. */
import { blindsAlarms } from "../steps/alarmBlind.ts";
import { guardFault } from "./guardFault.ts";

export const guardAlarmBlind = guardFault({
  name: "guard-alarm-blind",
  summary: "the alarms over failed requests have no data",
  breaksLink: "alarm",
  homeBy: ["sentinel", "watchdog"],
  step: blindsAlarms,
});
