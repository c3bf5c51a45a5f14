/** What a command works on: the endpoint, its clock, its clients, and where a listener answers. */
import { type Clock, ManualClock, ScaledClock, wallClock } from "../base/clock.ts";
import { environmentError, usageError } from "../base/errors.ts";
import type { LocatedEnvironment } from "../guard/environment.ts";
import type { Clients } from "./clients.ts";
import { commandLine } from "./paths.ts";
import { askLab, type LabStatus, noLabRunning, runningLab } from "./runningLab.ts";

export interface Target {
  readonly endpoint: string;
  readonly clock: Clock;
  readonly clients: Clients;
  /** Set when the endpoint is a Backout lab. */
  readonly lab: LabStatus | undefined;
  /** Where the environment's listener really answers, or another one of its load balancer. */
  urlOf(
    listener: Pick<LocatedEnvironment, "dnsName" | "listenerArn" | "listenerPort">,
  ): Promise<string>;
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
  if (!status) await refuseStrangers(endpoint);
  return targetAt(endpoint, status);
}

/** The lab at `--endpoint`, else AWS_ENDPOINT_URL, else the one that this project started last. */
export async function findLab(endpoint: string | undefined): Promise<LabStatus> {
  const given = endpoint ?? process.env["AWS_ENDPOINT_URL"];
  const found = given
    ? await askLab(loopbackEndpoint(given, endpoint ? "--endpoint" : "AWS_ENDPOINT_URL"))
    : (await runningLab())?.status;
  if (!found) throw noLabRunning();
  return found;
}

/**
 * For commands that wait while time passes by itself.
 *
 * @throws BackoutError `clock-moved-by-hand`
 */
export function needRunningClock(target: Target, what: string): void {
  if (!target.lab?.clock.manual) return;
  throw environmentError(
    "clock-moved-by-hand",
    `${what} waits for time to pass, and the clock of the lab at ${target.endpoint} only moves by hand`,
    `use a lab started without --manual-clock; this one moves with \`${commandLine("lab clock advance 60s")}\``,
  );
}

/** Nothing real is touched: only an endpoint on this machine's loopback is taken. */
export function loopbackEndpoint(text: string, from: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url?.hostname ?? "");
  if (!url || url.protocol !== "http:" || !loopback) {
    throw usageError(
      "endpoint-not-loopback",
      `${from}: "${text}" - allowed: an http URL on loopback such as http://127.0.0.1:4599`,
      `start a lab with \`${commandLine("lab start")}\` and use the endpoint it prints`,
    );
  }
  if (url.username || url.password || url.pathname !== "/" || url.search || url.hash) {
    throw usageError(
      "endpoint-not-bare",
      `${from}: ${url.origin} is given with a user, password, path or query, and none of them is used`,
      `give ${url.origin}`,
    );
  }
  return url.origin;
}

/** Emulators choose the service by the scope in this header; whether they like it does not matter. */
const PROBE_HEADERS = {
  authorization:
    "AWS4-HMAC-SHA256 Credential=backout/20260101/us-east-1/sts/aws4_request, " +
    "SignedHeaders=host, Signature=0",
  "content-type": "application/x-www-form-urlencoded",
};

/** Whatever is no lab must answer STS's simplest question in its XML, be it with an error. */
async function refuseStrangers(endpoint: string): Promise<void> {
  let answer: string;
  try {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: PROBE_HEADERS,
      body: "Action=GetCallerIdentity&Version=2011-06-15",
      signal: AbortSignal.timeout(5_000),
    });
    answer = await response.text();
  } catch (error) {
    throw environmentError(
      "endpoint-silent",
      `nothing answers at ${endpoint}`,
      `start a lab with \`${commandLine("lab start")}\``,
      error,
    );
  }
  if (/<(GetCallerIdentityResponse|ErrorResponse|Response|Error)\b/.test(answer)) return;
  throw environmentError(
    "endpoint-not-aws",
    `what answers at ${endpoint} does not speak AWS's protocol`,
    `start a lab with \`${commandLine("lab start")}\` and use the endpoint it prints`,
  );
}

export async function targetAt(endpoint: string, lab: LabStatus | undefined): Promise<Target> {
  const { connectClients } = await import("./clients.ts");
  return {
    endpoint,
    clock: lab ? clockOf(lab) : wallClock(),
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

/** A clock moved by hand stands where it stood when the lab was asked: `needRunningClock`. */
function clockOf({ clock }: LabStatus): Clock {
  return clock.manual
    ? new ManualClock(Date.parse(clock.now))
    : new ScaledClock(clock.speed, clock.originWallMs, clock.originNominalMs);
}
