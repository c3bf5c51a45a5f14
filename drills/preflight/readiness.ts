/**
 * Whether the way home is armed before a drill, and whose resources these are: everything that stands
 * against it, each in a sentence of its own. Pure.
 */
import type { AnySignal } from "../../guard/signals.ts";
import type { Slot } from "../../guard/slot.ts";

/** Of the slot that the drill breaks. */
export interface ReadinessFacts {
  readonly slot: Slot;
  readonly guardAlarm: string;
  readonly actionsEnabled: boolean;
  /** Its action is the guard's function. */
  readonly callsGuard: boolean;
  readonly functionExists: boolean;
  /** The function's policy lets this alarm invoke it. */
  readonly invokePermitted: boolean;
  /** Names of the mute rules that hold this alarm's actions back now. */
  readonly muteRules: readonly string[];
  /** The slot's alarms that are in their warm-up. */
  readonly warming: readonly string[];
  /** By signal: in fewer requests a period its alarm decides nothing. Left out: it needs none. */
  readonly leastRequests: Readonly<Partial<Record<AnySignal, LeastRequests>>>;
  /** ARNs of what the drill touches without the environment's tag, or with another's. */
  readonly strangers: readonly string[];
}

export interface LeastRequests {
  readonly requests: number;
  readonly periodSeconds: number;
}

export interface Readiness {
  /** @throws what the reads throw: what cannot be read is not ready */
  read(slot: Slot): Promise<ReadinessFacts>;
}

export interface ReadinessProblems {
  /** The way home is cut, or not armed. */
  readonly unarmed: readonly string[];
  /** Only somebody's act changes it. */
  readonly blocking: readonly string[];
  /** It passes by itself. */
  readonly passing: readonly string[];
}

export function readinessProblems(facts: ReadinessFacts): ReadinessProblems {
  const { slot, guardAlarm, strangers, muteRules, warming } = facts;
  const unarmed: string[] = [];
  if (!facts.actionsEnabled) {
    unarmed.push(
      `the actions of alarm ${guardAlarm} are disabled: ` +
        `\`aws cloudwatch enable-alarm-actions --alarm-names ${guardAlarm}\` arms it`,
    );
  }
  if (!facts.callsGuard) {
    unarmed.push(
      `alarm ${guardAlarm} does not call the guard: \`backout up\` puts its action back`,
    );
  }
  if (!facts.functionExists) {
    unarmed.push("the guard's function does not exist: `backout up` makes it");
  } else if (!facts.invokePermitted) {
    unarmed.push(
      `alarm ${guardAlarm} may not invoke the guard's function: ` +
        "`backout up` puts the permission back",
    );
  }
  return {
    unarmed,
    blocking: [
      ...muteRules.map(
        (rule) =>
          `alarm ${guardAlarm} is muted by rule ${rule}: wait until the rule has ended, or delete it`,
      ),
      ...strangers.map(
        (arn) => `${arn} does not carry the tag of this environment: slot ${slot} may be another's`,
      ),
    ],
    passing: warming.map((alarm) => `alarm ${alarm} is in its warm-up: it is not evaluated yet`),
  };
}

/**
 * Why a drill's own requests are too few for the alarm that is to see it; null when they are enough.
 *
 * @param perSecond requests per nominal second
 */
export function tooFewRequests(
  { leastRequests }: Pick<ReadinessFacts, "leastRequests">,
  breaks: string,
  perSecond: number,
): string | null {
  const least = Object.entries(leastRequests).find(([signal]) => signal === breaks)?.[1];
  if (!least) return null;
  const sent = perSecond * least.periodSeconds;
  if (sent >= least.requests) return null;
  return (
    `the drill sends ${Math.floor(sent)} requests in ${least.periodSeconds} s of the environment's ` +
    `clock, and the alarm over ${breaks} decides nothing below ${least.requests}: ` +
    "give a higher rate, or a slower clock"
  );
}
