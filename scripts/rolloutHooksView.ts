/** The hooks of a rollout in words. Pure. */
import pc from "picocolors";
import { HookOutcome } from "../guard/rollout/hooks.ts";
import type { Rollout } from "../guard/rollout/rollout.ts";

/** A line for each hook: when it is asked, and what it answered last. */
export function renderHooks({ hooks, step }: Rollout, wallMs: number): string[] {
  const { named, runs, claim } = hooks;
  return named.map((hook, index) => {
    const run = runs.findLast(({ name }) => name === hook.name);
    const isAsked =
      claim?.name === hook.name && claim.step === step && wallMs < Date.parse(claim.until);
    const tries = run && run.tries > 1 ? ` (${run.tries} tries)` : "";
    const said = run ? `${colour(run.outcome)}${tries}: ${run.why}` : "not asked yet";
    const head = index === 0 ? "  hooks     " : "            ";
    return `${head}${hook.name} (${hook.when}): ${isAsked ? "is asked now" : said}`;
  });
}

function colour(outcome: HookOutcome): string {
  if (outcome === HookOutcome.Good) return pc.green(outcome);
  return outcome === HookOutcome.Bad ? pc.red(outcome) : pc.yellow(outcome);
}
