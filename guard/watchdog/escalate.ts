/**
 * When the second way home fails too, a person is asked: with the evidence of both slots, and once an
 * hour, not once a minute.
 */
import { messageOf } from "../../base/errors.ts";
import { sortableId } from "../../base/ids.ts";
import { withDeadline } from "../attempts.ts";
import { askedFor, attemptsOf, type Escalation, renderSides } from "../escalation.ts";
import type { GuardPorts } from "../handle.ts";
import type { LastResortPorts } from "../lastResort/mind.ts";
import { Outcome, type Reversion } from "../reversion.ts";
import { SLOTS } from "../slot.ts";

const HOUR_MS = 3_600_000;
/** Wall milliseconds: a store that answers must still be told within its own deadline. */
const EVIDENCE_TIMEOUT_MS = 1_000;

/**
 * The same ports for one round. What moved nothing is recorded under one id an hour, so that the
 * store itself says whether people know; with the store down they are told every minute.
 */
export function escalating<P extends GuardPorts & { readonly lastResort?: LastResortPorts }>(
  ports: P,
): P {
  const withEvidence = async (reversion: Reversion): Promise<Reversion> => {
    const escalation = await evidenceOf(reversion, ports);
    const evidence = renderSides(escalation);
    const reason = [reversion.alarm.reason, evidence].filter((part) => part !== "").join("; ");
    return { ...reversion, alarm: { ...reversion.alarm, reason }, escalation };
  };
  const { store } = ports;
  // Begun when it is known that nothing can be moved: the record and the message say the same.
  let gathering: Promise<Reversion> | undefined;
  return {
    ...ports,
    store: {
      read: () => store.read(),
      replace: (expected, next) => store.replace(expected, next),
      reversions: () => store.reversions(),
      putReversion: async (reversion: Reversion) => {
        if (hasMoved(reversion)) return store.putReversion(reversion);
        const id = hourlyId(reversion, ports.now());
        const entry = isTrouble(reversion)
          ? await (gathering = withEvidence(reversion))
          : reversion;
        return store.putReversion({ ...entry, id });
      },
    },
    notify: async (subject: string, reversion: Reversion) => {
      if (!isTrouble(reversion)) return ports.notify(subject, reversion);
      const told = await (gathering ?? withEvidence(reversion));
      await ports.notify(`Backout: ${reversion.environment} needs you: ${reversion.outcome}`, told);
    },
  };
}

function hasMoved({ outcome }: Reversion): boolean {
  return outcome === Outcome.Reverted || outcome === Outcome.AlreadyHome;
}

function isTrouble({ outcome }: Reversion): boolean {
  return outcome === Outcome.Refused || outcome === Outcome.Failed;
}

/** Sorts by its hour among the others. */
function hourlyId({ alarm, outcome }: Reversion, nowMs: number): string {
  const [hour] = sortableId(Math.floor(nowMs / HOUR_MS) * HOUR_MS).split("-");
  return `${hour}-watchdog-${alarm.slot}-${outcome}`;
}

/** Never throws; what cannot be read is said to be unreadable. */
async function evidenceOf(
  reversion: Reversion,
  ports: GuardPorts & { readonly lastResort?: LastResortPorts },
): Promise<Escalation> {
  const { environment, outcome, path, why, decidedAt: at } = reversion;
  const { slot } = reversion.alarm;
  const { lastResort } = ports;
  const [weights, before, isOn, slots] = await Promise.all([
    said(async () => (await ports.traffic.read()).weights),
    said(() => ports.store.reversions()),
    said(async () => (lastResort ? lastResort.rule.isOn() : null)),
    Promise.all(
      SLOTS.map(async (one) => ({
        slot: one,
        healthyTargets: await said(() => ports.traffic.healthyTargets(one)),
        guardAlarm: await said(() => ports.alarmStateOf(one)),
      })),
    ),
  ]);
  const [blue, green] = slots;
  const now = { at, path, outcome, why };
  const standing = isOn.value === null || isOn.value === undefined ? "none" : onOff(isOn.value);
  return {
    tried: [...attemptsOf(before.value ?? [], slot, Date.parse(at)), now],
    weights: weights.value
      ? `blue ${weights.value.blue}, green ${weights.value.green}`
      : weights.text,
    slots: slots.map((one) => ({
      slot: one.slot,
      healthyTargets: one.healthyTargets.text,
      guardAlarm: one.guardAlarm.text,
    })),
    lastResort: lastResort ? (isOn.value === undefined ? isOn.text : standing) : "none is set up",
    asked: askedFor({
      environment,
      slot,
      outcome,
      weights: weights.value ?? null,
      healthyTargets: {
        blue: blue?.healthyTargets.value ?? null,
        green: green?.healthyTargets.value ?? null,
      },
      lastResort: standing,
    }),
  };
}

function onOff(isOn: boolean): "on" | "off" {
  return isOn ? "on" : "off";
}

interface Said<T> {
  /** Undefined when it could not be read. */
  readonly value?: T;
  readonly text: string;
}

async function said<T>(what: () => Promise<T>): Promise<Said<T>> {
  try {
    const value = await withDeadline(what(), EVIDENCE_TIMEOUT_MS);
    return { value, text: String(value) };
  } catch (error) {
    return { text: `unreadable (${messageOf(error)})` };
  }
}
