/** From values to points of a picture: linear scales and ticks at round values. */

export interface Scale {
  readonly from: number;
  readonly to: number;
  at(value: number): number;
}

/** Maps `from`..`to` onto `start`..`end`; an empty domain maps to `start`. */
export function scale(from: number, to: number, start: number, end: number): Scale {
  const span = to - from;
  return {
    from,
    to,
    at: (value) => (span === 0 ? start : start + ((value - from) / span) * (end - start)),
  };
}

const ROUND = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** The least number not below `value` that reads well at the end of a scale; 1 for 0. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = ROUND.find((factor) => factor * power >= value * (1 - 1e-9)) ?? 10;
  return step * power;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const TIME_STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12, 24].map((hours) => hours * HOUR),
];

/** The least time not below `ms` that reads well at the end of a scale. */
export function roundUpTime(ms: number): number {
  const unit = ms <= MINUTE ? SECOND : ms <= HOUR ? MINUTE : HOUR;
  return roundUp(ms / unit) * unit;
}

export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** At most `most` ticks at round times from `fromMs` to `toMs`, written as people write times. */
export function timeTicks(fromMs: number, toMs: number, most: number): Tick[] {
  const fits = (step: number): boolean => (toMs - fromMs) / step <= most;
  const days = Math.ceil((toMs - fromMs) / most / (24 * HOUR)) * 24 * HOUR;
  const step = TIME_STEPS.find(fits) ?? days;
  const ticks: Tick[] = [];
  for (let value = Math.ceil(fromMs / step) * step; value <= toMs; value += step) {
    // Not -0, which some rounding gives.
    ticks.push({ value: value + 0, text: timeText(value, step) });
  }
  return ticks;
}

function timeText(ms: number, step: number): string {
  if (ms === 0) return "0";
  const sign = ms < 0 ? "-" : "+";
  const size = Math.abs(ms);
  if (step >= HOUR) return `${sign}${size / HOUR} h`;
  if (step >= MINUTE) return `${sign}${size / MINUTE} m`;
  const minutes = Math.floor(size / MINUTE);
  const seconds = (size - minutes * MINUTE) / SECOND;
  if (minutes === 0) return `${sign}${seconds} s`;
  return seconds === 0 ? `${sign}${minutes} m` : `${sign}${minutes} m ${seconds} s`;
}
