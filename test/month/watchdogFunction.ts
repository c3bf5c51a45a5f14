/** The watchdog's own handler where functions run in the lab's process; its probes go to the listener. */
import { sleep } from "../../base/clock.ts";
import { connectClients } from "../../guard/lambda.ts";
import { handleRound } from "../../guard/watchdog/lambda.ts";
import { type Probe, PROBE_USER_AGENT } from "../../guard/watchdog/probe.ts";
import { Slot } from "../../guard/slot.ts";
import type { FunctionHandler } from "../../lab/inProcess/functions.ts";
import type { InProcessLab } from "../../lab/inProcess/lab.ts";
import { SLOT_HEADER } from "../../sidecar/lease.ts";

export function watchdogFunction(lab: () => InProcessLab): FunctionHandler {
  const probe: Probe = async ({ url, headers }) => {
    const marked = { "user-agent": PROBE_USER_AGENT, ...headers };
    const answer = await lab().request(url, { headers: marked });
    const slot = Object.values(Slot).find((one) => one === answer.headers[SLOT_HEADER]) ?? null;
    return { status: answer.status, connected: true, slot };
  };
  return async (event: unknown, { clientConfig, env, now, log }) => {
    const clients = connectClients(clientConfig);
    try {
      const wait = (ms: number): Promise<void> => sleep(lab().clock, ms);
      return await handleRound(event, { env, clients, probe, now, sleep: wait, log });
    } finally {
      for (const client of Object.values(clients)) client.destroy();
    }
  };
}
