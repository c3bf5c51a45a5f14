/** The topic refuses the guard: that nobody hears of a reversion must not delay it. */
import { deniesGuard } from "../steps/roleDeny.ts";
import { guardFault, WAYS_HOME } from "./guardFault.ts";

export const guardNoticeDenied = guardFault({
  name: "guard-notice-denied",
  summary: "the guard may tell nobody",
  breaksLink: null,
  homeBy: WAYS_HOME,
  step: () => deniesGuard(["sns:Publish"]),
  expiresItself: true,
});
