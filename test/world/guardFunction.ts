/** The guard's own handler where functions run in the lab's process: its role's clients, nominal time. */
import { type Clock, sleep } from "../../base/clock.ts";
import type { GuardClients } from "../../guard/connect.ts";
import { connectClients, handleEvent } from "../../guard/lambda.ts";
import type { Reversion } from "../../guard/reversion.ts";
import type { FunctionContext, FunctionHandler } from "../../lab/inProcess/functions.ts";

export interface GuardFunctionPorts {
  readonly clock: () => Clock;
  /** Called when an event was handled, well or not (null: nothing was asked for, or it failed). */
  readonly onHandled: (reversion: Reversion | null) => Promise<void>;
}

export function guardFunction({ clock, onHandled }: GuardFunctionPorts): FunctionHandler {
  /** One set per execution environment: nothing is ever frozen here that would cut a connection. */
  const known = new WeakMap<FunctionContext["clientConfig"], GuardClients>();
  return async (event: unknown, { clientConfig, env, now, log }) => {
    const clients = known.get(clientConfig) ?? connectClients(clientConfig);
    known.set(clientConfig, clients);
    const place = { env, clients, now, log, sleep: (ms: number) => sleep(clock(), ms) };
    let reversion: Reversion | null = null;
    try {
      reversion = await handleEvent(event, place);
      return reversion;
    } finally {
      await onHandled(reversion);
    }
  };
}
