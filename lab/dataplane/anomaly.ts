/**
 * Automatic Target Weights: which targets fail far more often than their peers, and how much
 * traffic mitigation leaves them. Pure. AWS publishes what it looks at (5XX responses and
 * connection errors relative to the other targets, from three healthy targets on) and that shares
 * fall and rise step by step, but no figure: every constant here is ours.
 */

/** Nominal time between two judgements. */
export const JUDGEMENT_MS = 10_000;
/** Detection needs so many healthy targets (ALB guide, Automatic Target Weights). */
const FEWEST_TARGETS = 3;
/** Fewer requests than these say nothing about a target. */
const FEWEST_REQUESTS = 10;
const LEAST_SHARE = 0.01;

export interface Sample {
  readonly requests: number;
  /** 5XX responses, and requests that got no response at all. */
  readonly errors: number;
}

/**
 * True for each anomalous target, false for each normal one, undefined for those that had too few
 * requests to tell. Errors that all share are no anomaly.
 */
export function judge(samples: readonly Sample[]): readonly (boolean | undefined)[] {
  if (samples.length < FEWEST_TARGETS) return samples.map(() => false);
  const all = sum(samples);
  return samples.map((own) => {
    const others = { requests: all.requests - own.requests, errors: all.errors - own.errors };
    if (own.requests < FEWEST_REQUESTS || others.requests < FEWEST_REQUESTS) return undefined;
    const usual = others.errors / others.requests;
    return own.errors / own.requests > 3 * usual + 0.05;
  });
}

/** The next share, 0.01 to 1, of a target whose present share is `share`. */
export function mitigatedShare(share: number, anomalous: boolean): number {
  return anomalous ? Math.max(LEAST_SHARE, share / 2) : Math.min(1, share * 2);
}

function sum(samples: readonly Sample[]): Sample {
  let requests = 0;
  let errors = 0;
  for (const sample of samples) {
    requests += sample.requests;
    errors += sample.errors;
  }
  return { requests, errors };
}
