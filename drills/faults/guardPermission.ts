/** The guard alarm goes to ALARM, and Lambda refuses its call. */
import { removesPermission } from "../steps/permission.ts";
import { guardFault } from "./guardFault.ts";

export const guardPermission = guardFault({
  name: "guard-permission",
  summary: "the guard alarm may not call the guard",
  breaksLink: "permission",
  homeBy: ["sentinel", "reconcile", "watchdog"],
  step: removesPermission,
});
