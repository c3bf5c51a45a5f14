/** How rollouts go in an environment: its settings, their defaults, and their form as one tag. */
import { parseDuration } from "../../base/duration.ts";
import type { Problem } from "../../base/errors.ts";
import { OnBad, OnDeadline, type Rollout, type Step } from "./rollout.ts";
import { parseSteps, renderSteps, stepProblems } from "./steps.ts";

export interface RolloutSettings extends Pick<
  Rollout,
  "onBad" | "minimumRequests" | "decideWithinMs" | "onDeadline" | "warmMs"
> {
  readonly steps: readonly Step[];
}

const MINUTE_MS = 60_000;

/** Blue-green is a rollout of one step; a canary's first step hurts one user in twenty at most. */
export const STEPS = {
  blueGreen: [{ weight: 100, bakeMs: 10 * MINUTE_MS, gate: false }],
  canary: [
    { weight: 5, bakeMs: 5 * MINUTE_MS, gate: false },
    { weight: 25, bakeMs: 10 * MINUTE_MS, gate: false },
    { weight: 50, bakeMs: 10 * MINUTE_MS, gate: false },
  ],
} as const satisfies Record<string, readonly Step[]>;

export const DEFAULT_SETTINGS: Omit<RolloutSettings, "steps"> = {
  onBad: OnBad.Revert,
  minimumRequests: 50,
  decideWithinMs: 15 * MINUTE_MS,
  onDeadline: OnDeadline.Abort,
  warmMs: 60 * MINUTE_MS,
};

/**
 * One line of the characters that AWS allows in a tag's value (letters, digits, blanks and
 * + - = . _ : / @): `steps 5:300s 25:600s onBad=revert …`.
 */
export function renderSettings(settings: RolloutSettings): string {
  const { steps, onBad, minimumRequests, decideWithinMs, onDeadline, warmMs } = settings;
  return [
    renderSteps(steps),
    `onBad=${onBad}`,
    `minimumRequests=${minimumRequests}`,
    `decideWithin=${decideWithinMs / 1000}s`,
    `onDeadline=${onDeadline}`,
    `warm=${warmMs / 1000}s`,
  ].join(" ");
}

/** What a person says, over what stands behind it: `steps` as in `parseSteps`, durations as `15m`. */
export interface SettingTexts {
  readonly steps?: string | undefined;
  readonly onBad?: string | undefined;
  readonly minimumRequests?: string | undefined;
  readonly decideWithin?: string | undefined;
  readonly onDeadline?: string | undefined;
  readonly warm?: string | undefined;
}

export function parseSettings(
  texts: SettingTexts,
  behind: RolloutSettings,
): { readonly settings: RolloutSettings; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const read = <T>(
    field: keyof SettingTexts,
    otherwise: T,
    allowed: string,
    parse: (text: string) => T | undefined,
  ): T => {
    const text = texts[field];
    if (text === undefined) return otherwise;
    const value = parse(text);
    if (value === undefined) problems.push({ field, value: text, allowed });
    return value ?? otherwise;
  };
  let { steps } = behind;
  if (texts.steps !== undefined) {
    const parsed = parseSteps(texts.steps);
    problems.push(...parsed.problems);
    if (parsed.problems.length === 0) ({ steps } = parsed);
    // One step that cannot be read hides no problem of another.
    if (parsed.problems.length === 0 || parsed.steps.length > 0) {
      problems.push(...stepProblems(parsed.steps, parsed.places));
    }
  }
  const duration = "a duration such as 90s, 15m or 1h";
  const settings: RolloutSettings = {
    steps,
    onBad: read("onBad", behind.onBad, Object.values(OnBad).join(" or "), oneOf(OnBad)),
    minimumRequests: read(
      "minimumRequests",
      behind.minimumRequests,
      "a whole number from 0 to 1000000",
      (text) => (/^\d{1,6}$|^1000000$/.test(text) ? Number(text) : undefined),
    ),
    decideWithinMs: read("decideWithin", behind.decideWithinMs, duration, parseDuration),
    onDeadline: read(
      "onDeadline",
      behind.onDeadline,
      Object.values(OnDeadline).join(", "),
      oneOf(OnDeadline),
    ),
    warmMs: read("warm", behind.warmMs, duration, parseDuration),
  };
  return { settings, problems };
}

function oneOf<T extends string>(values: Readonly<Record<string, T>>) {
  return (text: string): T | undefined => Object.values(values).find((value) => value === text);
}

/** A tag as `renderSettings` wrote it; undefined for another text, or none. */
export function settingsOfTag(tag: string | undefined): RolloutSettings | undefined {
  const words = (tag ?? "").split(" ").filter((word) => word !== "");
  const texts = {
    ...Object.fromEntries(
      words.filter((word) => word.includes("=")).map((word) => word.split("=", 2)),
    ),
    steps: words.filter((word) => !word.includes("=")).join(" "),
  };
  const { settings, problems } = parseSettings(texts, {
    ...DEFAULT_SETTINGS,
    steps: STEPS.blueGreen,
  });
  return problems.length === 0 ? settings : undefined;
}
