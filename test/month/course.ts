/**
 * What befalls the shop in this month, apart from its drills. These are the inputs: when releases go
 * out, what people do by hand, how busy a night is, when the laptop sleeps. What drills find is not.
 */
import { GetPolicyCommand, RemovePermissionCommand } from "@aws-sdk/client-lambda";
import { z } from "zod";
import type { DrillClients } from "../../drills/connect.ts";
import type { LocatedEnvironment } from "../../guard/environment.ts";

/** Midnight to midnight in America/New_York, whose clocks go back on 1 November. */
export const MONTH = { from: "2026-10-19T04:00:00Z", to: "2026-11-19T05:00:00Z" } as const;

/** Each release is the candidate from its time on, and what was the candidate is stable. */
const RELEASES = [
  { from: "2026-01-01T00:00:00Z", name: "2.6.0" },
  { from: "2026-10-12T14:00:00Z", name: "2.7.0" },
  { from: "2026-10-28T14:00:00Z", name: "2.8.0" },
  { from: "2026-11-09T15:00:00Z", name: "2.9.0" },
] as const;

/** With this release the stack was given fast signals: alarms of ten seconds beside those of a minute. */
const FAST_SINCE = "2026-10-28T14:00:00Z";

export function releasesAt(nowMs: number): { readonly stable: string; readonly candidate: string } {
  const out = RELEASES.filter(({ from }) => Date.parse(from) <= nowMs).map(({ name }) => name);
  return { stable: out.at(-2) ?? "", candidate: out.at(-1) ?? "" };
}

export function isFastAt(nowMs: number): boolean {
  return nowMs >= Date.parse(FAST_SINCE);
}

interface Span {
  readonly from: string;
  readonly to: string;
}

function isIn({ from, to }: Span, nowMs: number): boolean {
  return nowMs >= Date.parse(from) && nowMs < Date.parse(to);
}

/** Somebody who tidies up the functions' policies takes away what lets the alarms call the guard. */
const PERMISSION_GONE: Span & { readonly environment: string } = {
  environment: "shop-production",
  from: "2026-11-03T16:00:00Z",
  to: "2026-11-05T18:00:00Z",
};
/** A campaign: more visitors than the schedule's gate lets a drill begin with. */
const BUSY: Span = { from: "2026-10-23T00:00:00Z", to: "2026-10-24T00:00:00Z" };
const BUSY_PER_SECOND = 14;

/** The laptop's lid is shut before the staging fire, and opened after every deadline. */
export const ASLEEP: Span = { from: "2026-11-13T04:30:00Z", to: "2026-11-13T13:10:00Z" };
/** Its owner restarts it (SIGTERM) while the staging drill of that night is under way. */
export const RESTART = { at: "2026-10-27T05:42:00Z", backAfterMs: 4 * 60_000 } as const;

/** The users' requests a second that night; `chance` is from 0 to 1. */
export function usersAt(environment: string, nowMs: number, chance: number): number {
  if (environment !== "shop-production") return 1 + chance;
  return isIn(BUSY, nowMs) ? BUSY_PER_SECOND : 3 + 4 * chance;
}

/** What people have done to the stack by then, beside deploying it. */
export async function changeByHand(
  nowMs: number,
  { lambda }: DrillClients,
  { name, names }: LocatedEnvironment,
): Promise<void> {
  if (name !== PERMISSION_GONE.environment || !isIn(PERMISSION_GONE, nowMs)) return;
  const FunctionName = names.guardFunction;
  const { Policy = "" } = await lambda.send(new GetPolicyCommand({ FunctionName }));
  for (const { Sid, Principal } of policy.parse(JSON.parse(Policy)).Statement) {
    if (Principal.Service !== "lambda.alarms.cloudwatch.amazonaws.com") continue;
    await lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: Sid }));
  }
}

const policy = z.object({
  Statement: z.array(z.object({ Sid: z.string(), Principal: z.object({ Service: z.string() }) })),
});
