/** The textbook test for one look, which the sentinel is contrasted with. */
import type { SentinelState } from "../../judge/sentinel.ts";

/** The two-sample z statistic, with pooled variance, of everything counted so far. */
export function zOf(state: SentinelState): number {
  const { candidate, stable } = state.errors.totals;
  if (candidate.requests < 100 || stable.requests < 100) return 0;
  const pooled = (candidate.events + stable.events) / (candidate.requests + stable.requests);
  const variance = pooled * (1 - pooled) * (1 / candidate.requests + 1 / stable.requests);
  const difference = candidate.events / candidate.requests - stable.events / stable.requests;
  return variance === 0 ? 0 : difference / Math.sqrt(variance);
}
