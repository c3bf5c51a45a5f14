/** What a command works on: the endpoint, its clock, its clients, and where a listener answers. */
import { type Clock, ScaledClock, wallClock } from "../base/clock.ts";
import { environmentError, usageError } from "../base/errors.ts";
import type { LocatedEnvironment } from "../guard/environment.ts";
import type { Clients } from "./clients.ts";
import { askLab, type LabStatus, noLabRunning, runningLab } from "./runningLab.ts";

export interface Target {
  readonly endpoint: string;
  readonly clock: Clock;
  readonly clients: Clients;
  /** Set when the endpoint is a Backout lab. */
  readonly lab: LabStatus | undefined;
  /** Where the environment's listener really answers. */
  urlOf(environment: LocatedEnvironment): Promise<string>;
}

/** `--endpoint`, else AWS_ENDPOINT_URL, else the lab that this project started last. */
export async function resolveTarget(options: {
  readonly endpoint?: string | undefined;
}): Promise<Target> {
  const given = options.endpoint ?? process.env["AWS_ENDPOINT_URL"];
  if (given === undefined || given === "") {
    const lab = await runningLab();
    if (!lab) throw noLabRunning();
    return targetAt(lab.endpoint, lab.status);
  }
  const endpoint = loopbackEndpoint(given, options.endpoint ? "--endpoint" : "AWS_ENDPOINT_URL");
  const status = await askLab(endpoint);
  if (!status) await refuseSilence(endpoint);
  return targetAt(endpoint, status);
}

/** Nothing real is touched: only an endpoint on this machine's loopback is taken. */
export function loopbackEndpoint(text: string, from: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url?.hostname ?? "");
  if (!url || url.protocol !== "http:" || !loopback) {
    throw usageError(
      "endpoint-not-loopback",
      `${from}: "${text}" - allowed: an http URL on loopback such as http://127.0.0.1:4599`,
      "start a lab with `backout lab start` and use the endpoint it prints",
    );
  }
  return url.origin;
}

async function refuseSilence(endpoint: string): Promise<void> {
  try {
    await fetch(endpoint, { signal: AbortSignal.timeout(5_000) });
  } catch (error) {
    throw environmentError(
      "endpoint-silent",
      `nothing answers at ${endpoint}`,
      "start a lab with `backout lab start`",
      error,
    );
  }
}

export async function targetAt(endpoint: string, lab: LabStatus | undefined): Promise<Target> {
  const { connectClients } = await import("./clients.ts");
  const clock = lab
    ? new ScaledClock(lab.clock.speed, lab.clock.originWallMs, lab.clock.originNominalMs)
    : wallClock();
  return {
    endpoint,
    clock,
    clients: connectClients(endpoint),
    lab,
    async urlOf(environment) {
      const now = lab ? await askLab(endpoint) : undefined;
      const listener = now?.loadBalancers
        .flatMap((balancer) => balancer.listeners)
        .find((candidate) => candidate.arn === environment.listenerArn);
      return listener?.url ?? `http://${environment.dnsName}:${environment.listenerPort}`;
    },
  };
}
