/** Every call of the guard's function hangs until Lambda ends it. */
import { failsFunction } from "../steps/functionFailure.ts";
import { guardFault } from "./guardFault.ts";

export const guardFunctionTimeout = guardFault({
  name: "guard-function-timeout",
  summary: "the guard's function runs out of its time",
  breaksLink: "function",
  homeBy: ["watchdog"],
  step: () => failsFunction("hang"),
});
