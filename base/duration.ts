/** Durations as people write them (`90s`, `5m`, `1.5h`) and as integer milliseconds. */
const UNIT_MS = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** Milliseconds of `text`, or undefined when it is not a number followed by ms, s, m, h or d. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text.trim()) ?? [];
  const unitMs = UNIT_MS.get(unit ?? "");
  return unitMs === undefined ? undefined : Math.round(Number(amount) * unitMs);
}

/** `1 m 12.4 s`: minutes and seconds with one decimal below ten minutes; `840 ms` below a second. */
export function formatDuration(ms: number): string {
  if (Math.abs(ms) < 1000) return `${Math.round(ms)} ms`;
  const tenths = Math.round(ms / 100);
  const minutes = Math.trunc(tenths / 600);
  const seconds = (tenths - minutes * 600) / 10;
  if (minutes === 0) return `${seconds.toFixed(1)} s`;
  if (minutes < 60) return `${minutes} m ${seconds.toFixed(1)} s`;
  return `${Math.trunc(minutes / 60)} h ${minutes % 60} m`;
}
