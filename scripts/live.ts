/** `--live`: what must be said before a real account is touched. Pure; the account is asked elsewhere. */
import { BackoutError, type Problem, usageError } from "../base/errors.ts";
import { loopbackEndpoint } from "./loopback.ts";

/** As they were typed. */
export interface LiveOptions {
  readonly live?: boolean | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly endpoint?: string | undefined;
}

export interface Live {
  readonly account: string;
  readonly region: string;
  /** Undefined: whatever the SDK's chain of credentials begins with. */
  readonly profile: string | undefined;
  /** On this machine's loopback, in AWS's place: a rehearsal. Undefined: AWS itself. */
  readonly endpoint: string | undefined;
}

export interface Surroundings {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** By AWS_REGION or the profile's file. */
  readonly region: string | undefined;
}

const ACCOUNT = /^\d{12}$/;
/** `eu-central-1`, `us-gov-west-1`, `eusc-de-east-1`. */
const REGION = /^[a-z]{2,6}(-[a-z]+){1,3}-\d{1,2}$/;
/** One service's own endpoint: with it, the account that answers and the one that is changed may differ. */
const SERVICE_ENDPOINT = /^AWS_ENDPOINT_URL_\w+$/;

/** Undefined without `--live`; otherwise what to work on, or all that is wrong with it at once. */
export function readLive(
  options: LiveOptions,
  { variables, region: found }: Surroundings,
): { readonly live: Live | undefined } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const add = (field: string, value: unknown, allowed: string, fix?: string): void => {
    problems.push({ field, value, allowed, ...(fix === undefined ? {} : { fix }) });
  };
  const { live, account, profile } = options;
  if (!live) {
    for (const field of ["account", "region", "profile"] as const) {
      const value = options[field];
      if (value === undefined) continue;
      add(`--${field}`, value, "with --live only", "add --live, or leave it out to use the lab");
    }
    return problems.length > 0 ? { problems } : { live: undefined };
  }
  const region = options.region ?? found;
  if (account === undefined || !ACCOUNT.test(account)) {
    const fix = "`aws sts get-caller-identity` names the account of your credentials";
    add("--account", account, "the 12 digits of the AWS account to touch", fix);
  }
  if (region === undefined || !REGION.test(region)) {
    const fix = "give --region, or set AWS_REGION or the profile's region";
    add("--region", region, "an AWS region such as eu-central-1", fix);
  }
  if (profile !== undefined && !/^\S(.*\S)?$/.test(profile)) {
    add("--profile", profile, "the name of a profile in AWS's configuration files");
  }
  for (const [name, value] of Object.entries(variables)) {
    if (!SERVICE_ENDPOINT.test(name) || !value) continue;
    add(name, value, "unset with --live: all services are one account's, or none", `unset ${name}`);
  }
  const given = options.endpoint ?? variables["AWS_ENDPOINT_URL"];
  const from = options.endpoint ? "--endpoint" : "AWS_ENDPOINT_URL";
  const endpoint = given ? loopbackOf(given, from, problems) : undefined;
  if (problems.length > 0 || account === undefined || region === undefined) return { problems };
  return { live: { account, region, profile, endpoint } };
}

function loopbackOf(given: string, from: string, problems: Problem[]): string | undefined {
  try {
    return loopbackEndpoint(given, from);
  } catch (error) {
    if (!(error instanceof BackoutError)) throw error;
    const allowed = "with --live none, or one on loopback that stands in for AWS";
    problems.push({ field: from, value: given, allowed, fix: `leave ${from} out to reach AWS` });
    return undefined;
  }
}

/** Who answered GetCallerIdentity. */
export interface Caller {
  readonly account: string | undefined;
  readonly arn: string | undefined;
}

/** @throws BackoutError `other-account`: nothing else has been asked yet, and nothing is */
export function refuseOtherAccount({ account }: Live, caller: Caller): void {
  if (caller.account === account) return;
  throw usageError(
    "other-account",
    `--account: "${account}", and the credentials are of account ` +
      `${caller.account ?? "unknown"} (${caller.arn ?? "nobody said whose"}); nothing was touched`,
    "use the credentials of the account you mean (--profile NAME), or name the account you mean",
  );
}

/** The first line of every live command. */
export function liveBar({ account, region, profile, endpoint }: Live, caller: Caller): string {
  const by = `${profile === undefined ? "" : `, profile ${profile}`}, as ${caller.arn ?? "unknown"}`;
  const instead = endpoint === undefined ? "" : `, rehearsed at ${endpoint} in AWS's place`;
  return `LIVE account ${account}, region ${region}${by}${instead}`;
}

/** For another process to do the same, wherever it finds its region. */
export function liveArguments({ account, region, profile }: Live): string[] {
  const named = profile === undefined ? [] : ["--profile", profile];
  return ["--live", "--account", account, "--region", region, ...named];
}

/** Of AWS's partitions: https://docs.aws.amazon.com/general/latest/gr/rande.html */
const AWS_HOST =
  /^[a-z0-9.-]+\.(amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|api\.aws|api\.amazonwebservices\.(com\.cn|eu))$/i;

/**
 * Whether a request may go there: to AWS, or in a rehearsal to the stand-in alone. Configuration files
 * can give a service an endpoint of its own, behind which another account may be.
 */
export function mayAsk(
  request: { readonly protocol: string; readonly hostname: string },
  endpoint: string | undefined,
): boolean {
  const { protocol, hostname } = request;
  if (endpoint !== undefined) return new URL(endpoint).hostname === hostname;
  return protocol === "https:" && AWS_HOST.test(hostname);
}
