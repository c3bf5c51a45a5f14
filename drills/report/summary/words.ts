/** Shares and ages as every form of the summary says them. */

/** `26 %`, `9.5 %`, `0.011 %`: two figures that count. */
export function percent(share: number): string {
  const shown = 100 * share;
  if (shown >= 99.5 || shown === 0) return `${Math.round(shown)} %`;
  return `${Number(shown.toPrecision(2))} %`;
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

/** `13 d`, `5 h`, `40 s`: whole units, rounded down, of the greatest that fits twice (or once, of seconds). */
export function age(ms: number): string {
  const [unit, size] = UNITS.find(([, length]) => ms >= 2 * length) ?? ["s", 1_000];
  return `${Math.floor(ms / size)} ${unit}`;
}
