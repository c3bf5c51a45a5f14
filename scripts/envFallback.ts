/** `backout env fallback`: a person gives everybody the static answer, or ends that. */
import { Argument, Command } from "commander";
import { environmentError, messageOf } from "../base/errors.ts";
import { switchedTo } from "../guard/lastResort/decide.ts";
import { SWITCH_TIMEOUT_MS } from "../guard/lastResort/mind.ts";
import { renderNotice } from "../guard/lastResort/notice.ts";
import { lastResortOf } from "./lastResortView.ts";
import { openEnvironment } from "./openEnvironment.ts";
import type { LiveOptions } from "./live.ts";
import { liveOptions } from "./liveOptions.ts";
import { endpointOption, jsonOption, withOptions } from "./options.ts";
import { diagnose, ExitCode, print, printJson } from "./output.ts";
import { resolveTarget } from "./target.ts";

interface FallbackOptions extends LiveOptions {
  readonly json?: boolean;
}

export function fallbackCommand(finish: (code: ExitCode) => void): Command {
  return withOptions(
    new Command("fallback")
      .description("the last resort, by hand: on gives everybody the static answer, off ends that")
      .argument("<name>", "the environment")
      .addArgument(new Argument("<state>", "what it should be").choices(["on", "off"])),
    [endpointOption(), ...liveOptions(), jsonOption()],
  ).action(async (name: string, state: "on" | "off", options: FallbackOptions) =>
    finish(await fallback(name, state === "on", options)),
  );
}

/** Tries against a watchdog that writes the same item once a minute. */
const TRIES = 5;

async function fallback(wanted: string, on: boolean, options: FallbackOptions): Promise<ExitCode> {
  const target = await resolveTarget(options);
  const { environment, guard } = await openEnvironment(target, wanted);
  const { name } = environment;
  const lastResort = await lastResortOf(target, environment);
  if (!lastResort) {
    throw environmentError(
      "no-last-resort",
      `environment "${name}" has no last resort`,
      "provision it with backout:lastResort=static",
    );
  }
  const { store, rule } = lastResort;
  const why = `switched ${on ? "on" : "off"} by a person`;
  const at = new Date(target.clock.now()).toISOString();
  for (let attempt = 1; ; attempt++) {
    const state = await store.read();
    // Off is said even where it is off: what the watchdog is about to do is held off with it.
    if (await store.replace(state, switchedTo(on, "person", why, state, at))) break;
    if (attempt < TRIES) continue;
    throw environmentError(
      "record-contended",
      `the last resort of environment "${name}" was switched by someone else ${TRIES} times in a row`,
      `see \`backout env status ${name}\` and try again`,
    );
  }
  await rule.set(on, SWITCH_TIMEOUT_MS);
  if ((await rule.isOn()) !== on) {
    throw environmentError(
      "last-resort-not-taken",
      `the listener of environment "${name}" does not show the last resort ${on ? "on" : "off"}`,
      "try again; the watchdog does so every minute",
    );
  }
  const { weights } = await guard.traffic.read();
  const switched = { environment: name, at, on, settled: true, by: "person" as const, why };
  await lastResort
    .tell(renderNotice({ ...switched, weights, sides: null }))
    .catch((error: unknown) => diagnose(`nobody was told: ${messageOf(error)}`));
  if (options.json) printJson({ schemaVersion: 1, name, lastResort: { isOn: on } });
  else {
    print(
      on
        ? `${name}: the last resort is ON, everybody gets the static answer until \`env fallback ${name} off\``
        : `${name}: the last resort is off, requests go to the slots: blue ${weights.blue}, green ${weights.green}`,
    );
  }
  return ExitCode.Passed;
}
