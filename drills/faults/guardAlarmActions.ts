/** The guard alarm sees the bad release, and calls nobody. */
import { disablesActions } from "../steps/alarmActions.ts";
import { guardFault } from "./guardFault.ts";

export const guardAlarmActions = guardFault({
  name: "guard-alarm-actions",
  summary: "the actions of the guard alarm are disabled",
  breaksLink: "alarm-action",
  homeBy: ["sentinel", "reconcile", "watchdog"],
  step: disablesActions,
});
