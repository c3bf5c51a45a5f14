/** Instants as the schedule's commands write them: whole seconds, ISO 8601. Pure. */
import { offsetAt } from "../../base/zone.ts";

/** `2025-03-08T07:30:00Z`. */
export function utcStamp(ms: number): string {
  return `${secondsOf(ms)}Z`;
}

/** `2025-03-08T02:30:00-05:00`; an offset with seconds, as before standard time, is `-04:56:02`. */
export function localStamp(ms: number, zone: string): string {
  const offset = offsetAt(ms, zone);
  const seconds = Math.abs(offset) / 1000;
  const parts = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(Math.floor);
  const shown = parts[2] === 0 ? parts.slice(0, 2) : parts;
  const sign = offset < 0 ? "-" : "+";
  return `${secondsOf(ms + offset)}${sign}${shown.map((part) => String(part).padStart(2, "0")).join(":")}`;
}

/** A local time that no instant has: `2025-03-09T02:30:00`. */
export function wallStamp(wallMs: number): string {
  return secondsOf(wallMs);
}

function secondsOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}
