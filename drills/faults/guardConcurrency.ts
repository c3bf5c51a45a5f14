/** Whoever calls the guard's function, Lambda does not run it. */
import { stopsFunction } from "../steps/concurrency.ts";
import { guardFault } from "./guardFault.ts";

export const guardConcurrency = guardFault({
  name: "guard-concurrency",
  summary: "the guard's function has a concurrency of 0",
  breaksLink: "function",
  homeBy: ["watchdog"],
  step: stopsFunction,
});
