/**
 * The first SIGINT, SIGTERM or SIGHUP asks for an end, and so does a reader of the output that goes
 * away; the second signal is Node's own: it kills.
 */
import { outputClosed } from "./closedOutput.ts";

export interface Interrupt {
  readonly signal: AbortSignal;
  dispose(): void;
}

export function onInterrupt(tell: () => void): Interrupt {
  const abort = new AbortController();
  const ask = (): void => {
    if (abort.signal.aborted) return;
    abort.abort(new Error("interrupted"));
    tell();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.once(signal, ask);
  outputClosed.addEventListener("abort", ask);
  if (outputClosed.aborted) ask();
  return {
    signal: abort.signal,
    dispose() {
      for (const signal of signals) process.off(signal, ask);
      outputClosed.removeEventListener("abort", ask);
    },
  };
}
