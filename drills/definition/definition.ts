/** A drill's definition with everything filled in and loaded, and what of it the runner is given. */
import { parseDuration } from "../../base/duration.ts";
import { type Problem, refuseProblems } from "../../base/errors.ts";
import type { ChosenFault } from "../faults/fault.ts";
import { chooseFault } from "../faults/registry.ts";
import type { Expectation } from "../watch/hypothesis.ts";
import type { DrillOptions } from "../runner.ts";
import {
  blockedBy,
  type DateRange,
  openWindow,
  parseDates,
  parseWindow,
} from "../schedule/windows.ts";
import { chooseProbe } from "../probes/registry.ts";
import { wallStamp } from "../schedule/stamps.ts";
import { localTime, utcOf } from "../../base/zone.ts";
import { faultOfModule, probeOfModule } from "./modules.ts";
import type { RawDefinition } from "./schema.ts";

export interface Definition {
  readonly name: string;
  /** Undefined: the only one there is. */
  readonly environment: string | undefined;
  /** 0: none, users' are watched. Undefined: the caller's. */
  readonly requestsPerSecond: number | undefined;
  readonly fault: ChosenFault;
  /** All but the signal and the listener, which are the caller's. */
  readonly options: Omit<DrillOptions, "signal" | "onEvent">;
}

/**
 * @param directory from which paths of modules lead
 * @throws BackoutError for a module that cannot be loaded, or is no fault or probe, or refuses its
 *   parameters
 */
export async function buildDefinition(raw: RawDefinition, directory: string): Promise<Definition> {
  const { name, environment, abortAlarm, blastRadius = {} } = raw;
  const chosen = raw.fault;
  const fault =
    chosen.module === undefined
      ? chooseFault(chosen.name ?? "", chosen.set)
      : await faultOfModule(chosen.module, directory, chosen.set ?? {});
  if (raw.load === "off") refuseProblems(`the drill ${name}`, ownRequestsNeeded(fault));
  const hypothesis = await Promise.all(
    (raw.hypothesis ?? []).map((one) => expected(one, directory)),
  );
  return {
    name,
    environment,
    requestsPerSecond: raw.load === "off" ? 0 : raw.load?.rate,
    fault,
    options: {
      drill: name,
      fault,
      hypothesis,
      abortAlarm,
      caps: blastRadius,
      notNow: (nowMs) => notNow(raw, nowMs),
      ...(raw.load === "off" ? { baselineMs: WATCHED_BASELINE_MS } : {}),
      ...spanOf("objectiveTotalMs", raw.objective),
      ...spanOf("holdMs", raw.hold),
      ...spanOf("sustainMs", raw.sustain),
      ...spanOf("ttlMs", raw.ttl),
    },
  };
}

/** The load balancer counts whole minutes, and tells of them late. */
export const WATCHED_BASELINE_MS = 180_000;

/** What users' requests cannot show, because nobody knows who met the fault. */
export function ownRequestsNeeded({ name, load, slowsByMs }: ChosenFault): Problem[] {
  if (load.mix === undefined && slowsByMs === 0) return [];
  const why =
    slowsByMs > 0
      ? `${name} makes responses slow, and counts of failures do not show that`
      : `${name} breaks some requests only, which the drill must send itself`;
  return [{ field: "load", value: "off", allowed: "a mapping with a rate", fix: why }];
}

async function expected(
  { name, probe, module, set = {}, when }: NonNullable<RawDefinition["hypothesis"]>[number],
  directory: string,
): Promise<Expectation> {
  const chosen =
    module === undefined
      ? chooseProbe(probe ?? "", set)
      : await probeOfModule(module, directory, set);
  return { name: name ?? chosen.name, probe: chosen, when: when ?? ["before", "after"] };
}

function spanOf<Key extends string>(
  key: Key,
  text: string | undefined,
): Partial<Record<Key, number>> {
  const ms = text === undefined ? undefined : parseDuration(text);
  const found: Partial<Record<Key, number>> = {};
  if (ms !== undefined) found[key] = ms;
  return found;
}

/** Why the drill may not begin at `nowMs` by its windows and dates; null when it may. */
export function notNow(
  raw: Pick<RawDefinition, "zone" | "allowed" | "blocked" | "blockedDates">,
  nowMs: number,
): string | null {
  const { zone = "UTC", allowed, blocked, blockedDates = [] } = raw;
  const now = `${wallStamp(utcOf(localTime(nowMs, zone)))} in ${zone}`;
  const dates = blockedDates.flatMap((text): DateRange[] => [parseDates(text) ?? []].flat());
  const date = blockedBy(dates, nowMs, zone);
  if (date) return `it is ${now}: no drill begins on the blocked date ${date.text}`;
  const windows = (allowed ?? blocked ?? []).flatMap(
    (one) => (typeof one === "string" ? parseWindow(one) : parseWindow(one.time, one.days)) ?? [],
  );
  const open = openWindow(windows, nowMs, zone);
  if (blocked && open) return `it is ${now}: no drill begins in the blocked window ${open.text}`;
  if (!allowed || open) return null;
  const all = windows.map(({ text }) => text).join(", ");
  return `it is ${now}: drills begin only in the windows ${all}`;
}
