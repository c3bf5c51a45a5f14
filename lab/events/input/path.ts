/**
 * JSON paths as far as EventBridge takes them: dot notation, dashes, underscores, letters and
 * digits, slashes, array indices and `*`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export type Step = string | number | typeof EVERY;

/** `*`, in brackets or behind a dot. */
export const EVERY = Symbol("every");

const STEP = /\.(?<name>[A-Za-z0-9_/-]+)|(?<every>\.\*|\[\*\])|\[(?<index>\d{1,9})\]/y;

/** `$.detail.items[0].id`; undefined for anything else. */
export function parsePath(text: string): readonly Step[] | undefined {
  if (!text.startsWith("$")) return undefined;
  const steps: Step[] = [];
  let at = 1;
  while (at < text.length) {
    STEP.lastIndex = at;
    const { name, index } = STEP.exec(text)?.groups ?? {};
    if (STEP.lastIndex === 0) return undefined;
    steps.push(name ?? (index === undefined ? EVERY : Number(index)));
    at = STEP.lastIndex;
  }
  return steps;
}

/** What the path leads to; undefined when nothing is there. A path with `*` gives a list. */
export function follow(value: unknown, steps: readonly Step[]): unknown {
  const found = walk(value, steps);
  if (!steps.includes(EVERY)) return found[0];
  return found.length > 0 ? found : undefined;
}

function walk(value: unknown, [step, ...rest]: readonly Step[]): unknown[] {
  if (step === undefined) return [value];
  if (typeof value !== "object" || value === null) return [];
  if (step === EVERY) return Object.values(value).flatMap((one) => walk(one, rest));
  if (Array.isArray(value) !== (typeof step === "number")) return [];
  const member = Object.entries(value).find(([key]) => key === String(step));
  return member ? walk(member[1], rest) : [];
}
