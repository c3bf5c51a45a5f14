/** The last resort as `env status` shows it: in the first lines while everybody gets the static answer. */
import { connectLastResort } from "../guard/lastResort/connect.ts";
import { findLastResort } from "../guard/lastResort/rule.ts";
import type { LastResortState } from "../guard/lastResort/state.ts";
import type { LocatedEnvironment } from "../guard/environment.ts";
import { topicArnOf } from "./openEnvironment.ts";
import { commandLine } from "./paths.ts";
import type { Target } from "./target.ts";
import { stamp } from "./words.ts";

export interface LastResortStatus {
  /** What the listener does now, whatever is written down. */
  readonly isOn: boolean;
  readonly ruleArn: string;
  readonly state: LastResortState;
}

/** Null where the environment has none. */
export async function lastResortOf(target: Target, environment: LocatedEnvironment) {
  const ruleArn = await findLastResort(target.clients.elbv2, environment.listenerArn);
  if (ruleArn === null) return null;
  const identity = { environment: environment.name, topicArn: topicArnOf(environment) };
  return { ruleArn, ...connectLastResort(target.clients, identity, ruleArn) };
}

export async function lastResortStatus(
  target: Target,
  environment: LocatedEnvironment,
): Promise<LastResortStatus | null> {
  const lastResort = await lastResortOf(target, environment);
  if (!lastResort) return null;
  const [isOn, state] = await Promise.all([lastResort.rule.isOn(), lastResort.store.read()]);
  return { isOn, ruleArn: lastResort.ruleArn, state };
}

export function lastResortLines(status: LastResortStatus | null, name: string): string[] {
  if (!status) return [];
  const { isOn, state } = status;
  const { on, badSince, heldOff, switched } = state;
  if (isOn) {
    const since = on ? ` since ${stamp(on.at)} (${on.by}): ${on.why}` : ", and nothing says why";
    return [
      "  *** THE LAST RESORT IS ON: EVERYBODY GETS THE STATIC ANSWER, NO SLOT GETS A USER'S REQUEST ***",
      `  on${since}`,
      `  \`${commandLine(`env fallback ${name} off`)}\` ends it at once`,
    ];
  }
  const [last] = switched;
  return [
    ...(on ? ["  *** the last resort is to be ON, and the listener does not show it yet ***"] : []),
    `  last resort: off${last && !last.on ? ` since ${stamp(last.at)} (${last.by})` : ""}` +
      (heldOff ? ", held off by a person until a side is good" : "") +
      (badSince === null ? "" : `; no side has been fit since ${stamp(badSince)}`),
  ];
}
