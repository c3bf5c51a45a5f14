/** `--live`: the account behind the credentials, asked before anything else and once per process. */
import { environmentError, messageOf, refuseProblems } from "../base/errors.ts";
import type { ClientSettings } from "./clients.ts";
import {
  type Caller,
  type Live,
  liveBar,
  type LiveOptions,
  mayAsk,
  readLive,
  refuseOtherAccount,
} from "./live.ts";
import { diagnose } from "./output.ts";

export interface OpenedLive {
  readonly live: Live;
  readonly settings: ClientSettings;
}

const opened = new Map<string, Promise<OpenedLive>>();

/**
 * Undefined without `--live`. Prints the bar, once.
 *
 * @throws BackoutError for what `readLive` finds, `other-account`, and `no-caller` when nobody says
 *   whose the credentials are
 */
export async function openLive(options: LiveOptions): Promise<OpenedLive | undefined> {
  const live = await liveOf(options);
  if (!live) return undefined;
  const key = JSON.stringify(live);
  const before = opened.get(key);
  if (before) return before;
  const opening = open(live);
  opened.set(key, opening);
  return opening;
}

/** What was said, checked; nothing is asked of AWS. */
export async function liveOf(options: LiveOptions): Promise<Live | undefined> {
  const region = options.live ? await regionFound(options.profile) : undefined;
  const read = readLive(options, { variables: process.env, region });
  if ("live" in read) return read.live;
  refuseProblems("these options", read.problems);
  return undefined;
}

async function open(live: Live): Promise<OpenedLive> {
  const [{ GetCallerIdentityCommand, STSClient }, { watch }] = await Promise.all([
    import("@aws-sdk/client-sts"),
    import("./clients.ts"),
  ]);
  const { endpoint, region, profile } = live;
  const sts = new STSClient({
    region,
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const settings: ClientSettings = {
    endpoint,
    region,
    // Of the default chain, and the same for every client.
    credentials: sts.config.credentials,
    look(request) {
      if (mayAsk(request, endpoint)) return;
      throw environmentError(
        "endpoint-not-aws",
        `a request was about to go to ${request.protocol}//${request.hostname}, which is not AWS`,
        "take endpoint_url and services out of AWS's configuration files for this profile",
      );
    },
  };
  const caller = await callerOf(watch(sts, settings), new GetCallerIdentityCommand({}), live);
  refuseOtherAccount(live, caller);
  await sayLive(live, caller);
  return { live, settings };
}

async function callerOf(
  sts: import("@aws-sdk/client-sts").STSClient,
  question: import("@aws-sdk/client-sts").GetCallerIdentityCommand,
  { profile }: Live,
): Promise<Caller> {
  try {
    const { Account: account, Arn: arn } = await sts.send(question);
    return { account, arn };
  } catch (error) {
    throw environmentError(
      "no-caller",
      `nobody says whose the credentials are, so nothing is touched: ${messageOf(error)}`,
      profile === undefined
        ? "give --profile NAME, or set AWS_PROFILE or what else the AWS SDK takes credentials from"
        : `sign in to profile ${profile}, or give another with --profile`,
      error,
    );
  }
}

async function sayLive(live: Live, caller: Caller): Promise<void> {
  const { default: pc } = await import("picocolors");
  const { isTTY } = process.stderr;
  const text = liveBar(live, caller);
  diagnose(isTTY && pc.isColorSupported ? pc.bgRed(pc.whiteBright(` ${text} `)) : text);
}

/** As the SDK finds it: AWS_REGION, then the profile's. */
async function regionFound(profile: string | undefined): Promise<string | undefined> {
  const { STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient(profile === undefined ? {} : { profile });
  try {
    return await client.config.region();
  } catch {
    return undefined;
  } finally {
    client.destroy();
  }
}
