/** What a command works on: the endpoint, its clock, its clients, and where a listener answers. */
import type { S3Client } from "@aws-sdk/client-s3";
import { type Clock, ManualClock, ScaledClock, wallClock } from "../base/clock.ts";
import { environmentError } from "../base/errors.ts";
import type { LocatedEnvironment } from "../guard/environment.ts";
import type { Clients, ClientSettings } from "./clients.ts";
import type { Live, LiveOptions } from "./live.ts";
import { type OpenedLive, openLive } from "./liveAccount.ts";
import { loopbackEndpoint } from "./loopback.ts";
import { commandLine } from "./paths.ts";
import { askLab, type LabStatus, noLabRunning, runningLab } from "./runningLab.ts";

export interface Target {
  /** Undefined: AWS's own. */
  readonly endpoint: string | undefined;
  /** Set with `--live`. */
  readonly live: Live | undefined;
  readonly clock: Clock;
  readonly clients: Clients;
  /** Set when the endpoint is a Backout lab. */
  readonly lab: LabStatus | undefined;
  /** Where the environment's listener really answers, or another one of its load balancer. */
  urlOf(
    listener: Pick<LocatedEnvironment, "dnsName" | "listenerArn" | "listenerPort">,
  ): Promise<string>;
  /** For a journal in S3; whoever asks for it destroys it. */
  connectS3(): Promise<S3Client>;
}

/** One on this machine's loopback. */
export interface LoopbackTarget extends Target {
  readonly endpoint: string;
}

/**
 * With `--live` the account that `--account` names, else `--endpoint`, else AWS_ENDPOINT_URL, else the
 * lab that this project started last.
 */
export async function resolveTarget(options: LiveOptions): Promise<Target> {
  const opened = await openLive(options);
  return opened ? liveTarget(opened) : resolveLoopback(options);
}

export async function resolveLoopback(options: {
  readonly endpoint?: string | undefined;
}): Promise<LoopbackTarget> {
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

export async function targetAt(
  endpoint: string,
  lab: LabStatus | undefined,
): Promise<LoopbackTarget> {
  const { labSettings } = await import("./clients.ts");
  return { ...(await connected(labSettings(endpoint), lab, undefined)), endpoint };
}

/** Nothing of a lab is asked of AWS; a lab that stands in for AWS still has its clock and its ports. */
async function liveTarget({ live, settings }: OpenedLive): Promise<Target> {
  const lab = live.endpoint === undefined ? undefined : await askLab(live.endpoint);
  return connected(settings, lab, live);
}

async function connected(
  settings: ClientSettings,
  lab: LabStatus | undefined,
  live: Live | undefined,
): Promise<Target> {
  const { connectAll, connectS3 } = await import("./clients.ts");
  const { endpoint } = settings;
  return {
    endpoint,
    live,
    clock: lab ? clockOf(lab) : wallClock(),
    clients: connectAll(settings),
    lab,
    connectS3: () => connectS3(settings),
    async urlOf(environment) {
      const now = lab && endpoint !== undefined ? await askLab(endpoint) : undefined;
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

/** `at http://127.0.0.1:4599`, `in account 123456789012, eu-central-1`. */
export function placeOf({ endpoint, live }: Pick<Target, "endpoint" | "live">): string {
  if (endpoint !== undefined || !live) return `at ${endpoint}`;
  return `in account ${live.account}, ${live.region}`;
}
