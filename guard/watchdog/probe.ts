/** Probes: plain GET requests over new connections, spread over some seconds, each with a deadline. */
import { request } from "node:http";
import { Slot } from "../slot.ts";

export interface ProbeRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ProbeAnswer {
  /** Null when there was no answer in time. */
  readonly status: number | null;
  /** A connection was made: what went wrong afterwards is the listener's, or the slot's. */
  readonly connected: boolean;
  /** Which slot answered, by the word of its sidecar; null when nobody says. */
  readonly slot: Slot | null;
}

/** Never rejects, and answers within `PROBE_TIMEOUT_MS`. */
export type Probe = (probe: ProbeRequest) => Promise<ProbeAnswer>;

/** Wall milliseconds. A load balancer that cannot reach a target says so itself, but after up to 60 s. */
export const PROBE_TIMEOUT_MS = 3_000;
/** Wall milliseconds over which a round's probes are spread: ten a second and slot. */
export const SPREAD_MS = 4_000;
/** To each slot, in one round. */
export const PROBES = 40;

/** By which the sidecars know probes: they count in none of their metrics, and no sentinel judges them. */
export const PROBE_USER_AGENT = "backout-watchdog";

/** By which a fault sidecar says which slot answered. */
const ANSWERING_SLOT_HEADER = "x-backout-slot";

/** Over HTTP; redirects are answers. */
export const httpProbe: Probe = ({ url, headers }) =>
  new Promise((resolve) => {
    let connected = false;
    const end = (status: number | null, slot: Slot | null = null): void => {
      clearTimeout(deadline);
      sent.destroy();
      resolve({ status, connected, slot });
    };
    // A connection of its own: one that is kept would go on to a slot that was left.
    const sent = request(url, {
      agent: false,
      headers: { "user-agent": PROBE_USER_AGENT, ...headers },
    });
    const deadline = setTimeout(() => end(null), PROBE_TIMEOUT_MS);
    sent.on("socket", (socket) => socket.on("connect", () => (connected = true)));
    sent.on("response", (response) => {
      const named = response.headers[ANSWERING_SLOT_HEADER];
      const slot = Object.values(Slot).find((one) => one === named) ?? null;
      response.resume();
      response.on("error", () => {});
      end(response.statusCode ?? null, slot);
    });
    sent.on("error", () => end(null));
    sent.end();
  });

/** All of `requests`, evenly spread; at most `SPREAD_MS` + `PROBE_TIMEOUT_MS`. In their order. */
export function probeAll(
  requests: readonly ProbeRequest[],
  probe: Probe,
  sleep: (wallMs: number) => Promise<void>,
): Promise<ProbeAnswer[]> {
  return Promise.all(
    requests.map(async (one, index) => {
      await sleep((index * SPREAD_MS) / requests.length);
      return probe(one);
    }),
  );
}
