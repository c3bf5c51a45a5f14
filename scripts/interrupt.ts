/** The first SIGINT, SIGTERM or SIGHUP asks for an end, the second one is Node's own: it kills. */
export interface Interrupt {
  readonly signal: AbortSignal;
  dispose(): void;
}

export function onInterrupt(tell: () => void): Interrupt {
  const abort = new AbortController();
  const onSignal = (): void => {
    if (abort.signal.aborted) return;
    tell();
    abort.abort(new Error("interrupted"));
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.once(signal, onSignal);
  return {
    signal: abort.signal,
    dispose() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
