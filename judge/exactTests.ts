/** Exact one-sided tests of failures among a handful of answers: no approximation, no lower limit. */

/** `failures` of `answers`; whole numbers, 0 <= failures <= answers. */
export interface Tally {
  readonly answers: number;
  readonly failures: number;
}

/**
 * The probability of at least as many failures when each answer fails with probability `share`
 * (0 to 1): the upper tail of the binomial distribution, C. J. Clopper, E. S. Pearson, "The Use of
 * Confidence or Fiducial Limits Illustrated in the Case of the Binomial", Biometrika 26 (1934).
 */
export function binomialTail({ answers, failures }: Tally, share: number): number {
  if (failures <= 0) return 1;
  if (share <= 0) return 0;
  if (share >= 1) return 1;
  let tail = 0;
  for (let count = failures; count <= answers; count++) {
    const log = logChoose(answers, count) + count * Math.log(share);
    tail += Math.exp(log + (answers - count) * Math.log1p(-share));
  }
  return Math.min(1, tail);
}

/**
 * The probability that at least as many of all failures fall on `suspect`, when both fail alike:
 * the upper tail of the hypergeometric distribution, R. A. Fisher, "The Logic of Inductive
 * Inference", Journal of the Royal Statistical Society 98 (1935). Below a level alpha for at most a
 * share alpha of all comparisons in which the suspect is no worse, whatever the common share is.
 */
export function fisherTail(suspect: Tally, control: Tally): number {
  const answers = suspect.answers + control.answers;
  const failures = suspect.failures + control.failures;
  const most = Math.min(failures, suspect.answers);
  const all = logChoose(answers, failures);
  let tail = 0;
  for (let count = suspect.failures; count <= most; count++) {
    const log =
      logChoose(suspect.answers, count) + logChoose(control.answers, failures - count) - all;
    tail += Math.exp(log);
  }
  return Math.min(1, tail);
}

/** Natural logarithm of n over k; minus infinity when there is no such choice. */
function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return Number.NEGATIVE_INFINITY;
  let log = 0;
  for (let i = 1; i <= Math.min(k, n - k); i++) log += Math.log((n + 1 - i) / i);
  return log;
}
