/** Automatic Target Weights at work: judges a group's targets and sets what each may get. */
import { judge, mitigatedShare } from "./anomaly.ts";
import type { Target } from "./target.ts";

/** `mitigates`: whether the group lowers the shares of anomalous targets, or only tells of them. */
export function judgeTargets(targets: readonly Target[], mitigates: boolean): void {
  const healthy = targets.filter((target) => target.healthy);
  const verdicts = judge(healthy.map(({ sample }) => sample));
  for (const [i, target] of healthy.entries()) {
    const anomalous = verdicts[i];
    // Too few requests: they count on, together with those until the next judgement.
    if (anomalous === undefined) continue;
    target.anomalous = anomalous;
    if (mitigates) target.mitigatedShare = mitigatedShare(target.mitigatedShare, anomalous);
    target.sample.requests = 0;
    target.sample.errors = 0;
  }
}

/** For a target that is no longer healthy: only healthy targets are judged. */
export function forgetAnomaly(target: Target): void {
  target.anomalous = false;
  target.mitigatedShare = 1;
  target.sample.requests = 0;
  target.sample.errors = 0;
}
