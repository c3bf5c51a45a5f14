/** For a command that waits on a lab whose clock only moves by hand: time passes while it works. */
import { moveClock } from "./labClock.ts";
import type { LabStatus } from "./runningLab.ts";

/** Nominal seconds of one move: short, so that little more passes than the work needs. */
const STEP_SECONDS = 1;
/** Wall milliseconds between two moves, for the work to look and act. */
const PAUSE_MS = 10;

/** Runs `work`; a lab with a manual clock is moved on meanwhile, any other left alone. */
export async function whileTimePasses<T>(
  lab: LabStatus | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!lab?.clock.manual) return work();
  const done = new AbortController();
  const passing = passTime(lab, done.signal);
  try {
    return await work();
  } finally {
    done.abort();
    await passing;
  }
}

async function passTime(lab: LabStatus, done: AbortSignal): Promise<void> {
  while (!done.aborted) {
    try {
      await moveClock(lab, STEP_SECONDS);
    } catch {
      // The lab is gone: the work itself fails, and says so better.
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
