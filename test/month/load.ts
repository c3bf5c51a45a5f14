/** A drill's own requests where there are no sockets: the real recorder, and the lab's listener. */
import { every } from "../../base/clock.ts";
import type { Load } from "../../drills/watch/load.ts";
import { type LoadJudging, LoadRecorder } from "../../drills/watch/loadRecorder.ts";
import { Slot } from "../../guard/slot.ts";
import type { InProcessLab } from "../../lab/inProcess/lab.ts";
import { SLOT_HEADER } from "../../sidecar/lease.ts";

/** At a steady rate; work takes no nominal time here, so that no answer is slow. */
export function labLoad(
  lab: InProcessLab,
  listener: string,
  perSecond: number,
  judging: LoadJudging,
): Load {
  const { clock } = lab;
  const recorder = new LoadRecorder(judging);
  let stopped = false;
  const ask = async (): Promise<void> => {
    const startedWallMs = clock.wall();
    recorder.sent();
    const { status, headers } = await lab.request(listener, { path: "/cart" });
    if (stopped) return;
    const slot = headers[SLOT_HEADER];
    recorder.completed({
      startedWallMs,
      completedWallMs: clock.wall(),
      status,
      slot: slot === Slot.Blue || slot === Slot.Green ? slot : null,
      error: null,
    });
  };
  // A request that nothing answers yet must not hold up the next.
  const cancel = every(clock, 1000 / perSecond, () => void ask());
  return {
    snapshot: () => recorder.snapshot(),
    recent: (wallMs) => recorder.recent(clock.wall() - wallMs),
    p99: (wallMs) => recorder.p99(clock.wall() - wallMs),
    firstBadSince: (wallMs) => recorder.firstBadSince(wallMs),
    async stop() {
      stopped = true;
      cancel();
    },
  };
}
