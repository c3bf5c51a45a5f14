/** The guard dies with its write of the weights: what it did must be written down by the next call. */
import { killsMidway } from "../steps/midwayDeath.ts";
import { guardFault, WAYS_HOME } from "./guardFault.ts";

export const guardKilledMidway = guardFault({
  name: "guard-killed-mid-way",
  summary: "the guard dies between its write and its record",
  breaksLink: null,
  homeBy: WAYS_HOME,
  step: killsMidway,
});
