/**
 * Seeds that once failed, and what was wrong then. A seed means the same run only as long as `scenario.ts`
 * draws in the same order: when that changes, these are runs like any others.
 */
export const REGRESSIONS: readonly { readonly seed: number; readonly once: string }[] = [
  {
    seed: 351,
    once: "an alarm that went off between the last look and the latch left the latch for ever",
  },
  { seed: 292, once: "an undo that was tried again took a stranger's rollout home" },
  { seed: 827, once: "one throttled call left a health check changed, and no sweep finished it" },
  { seed: 10288, once: "a crashed task's missed look was taken for the end of the fault" },
  {
    seed: 30508,
    once: "without the record the guard left the slot that a reversion had chosen for the latched one",
  },
];
