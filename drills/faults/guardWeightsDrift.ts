/** After the reversion somebody else writes the weights, and the traffic is on the bad release again. */
import { driftsWeights } from "../steps/weightsDrift.ts";
import { guardFault } from "./guardFault.ts";

export const guardWeightsDrift = guardFault({
  name: "guard-weights-drift",
  summary: "a stranger moves the traffic back to the bad release",
  breaksLink: "weights",
  homeBy: ["reconcile", "watchdog"],
  step: driftsWeights,
});
