/** Every call of the guard's function ends with an error. */
import { failsFunction } from "../steps/functionFailure.ts";
import { guardFault } from "./guardFault.ts";

export const guardFunctionCrash = guardFault({
  name: "guard-function-crash",
  summary: "the guard's function crashes",
  breaksLink: "function",
  homeBy: ["watchdog"],
  step: () => failsFunction("throw"),
});
