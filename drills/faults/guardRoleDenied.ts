/** The guard is called, decides, and is refused by the load balancer's API. */
import { deniesGuard } from "../steps/roleDeny.ts";
import { guardFault } from "./guardFault.ts";

export const guardRoleDenied = guardFault({
  name: "guard-role-denied",
  summary: "the guard may not move weights",
  breaksLink: "weights",
  homeBy: ["watchdog"],
  step: () => deniesGuard(["elasticloadbalancing:ModifyListener"]),
  expiresItself: true,
});
