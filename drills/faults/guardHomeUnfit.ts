/** The side to go home to is unhealthy: the guard must not go there, must say so, and go once it is healthy. */
import { makesHomeUnfit } from "../steps/unfitHome.ts";
import { guardFault, WAYS_HOME } from "./guardFault.ts";

export const guardHomeUnfit = guardFault({
  name: "guard-home-unfit",
  summary: "the stable side is unhealthy when it is needed",
  breaksLink: null,
  homeBy: WAYS_HOME,
  step: makesHomeUnfit,
});
