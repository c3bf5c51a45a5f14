/** Values of SciPy 1.17.1 and lifelines 0.30.3 (Python 3), and the data that they were computed from. */

/**
 * `scipy.stats.quantile_test(range(1, n + 1), p=share).confidence_interval(0.95)`: ranks of
 * equal tails, which for so few values are the narrowest as well.
 */
export const MEDIAN_RANKS = [
  [6, 1, 6],
  [10, 2, 9],
  [20, 6, 15],
  [30, 10, 21],
] as const;

/** `scipy.stats.beta.ppf(0.95, count + 1, n - count)`. */
export const RATES_AT_MOST = [
  [0, 1, 0.95],
  [0, 10, 0.2588655508930522],
  [0, 20, 0.13910834066826516],
  [0, 30, 0.09503385285530411],
  [0, 59, 0.04950760988822693],
  [0, 100, 0.029513049607039925],
  [1, 10, 0.39416330243650466],
  [3, 30, 0.23859785729325092],
  [29, 30, 0.9982916843555343],
  [250, 1000, 0.2735536313237202],
  [5, 100_000, 0.0001051274511724034],
] as const;

/** `scipy.stats.binom.cdf(count, n, share)`. */
export const BINOMIAL = [
  [3, 10, 0.5, 0.171875],
  [0, 1000, 0.01, 4.3171247410658195e-5],
  [4900, 10_000, 0.5, 0.023292763852473225],
  [250, 1000, 0.3, 0.0002598030365289303],
  [99_999, 100_000, 0.9999, 0.999954622766041],
] as const;

/** `scipy.stats.norm.sf(z)`. */
export const NORMAL_TAILS = [
  [0, 0.5],
  [0.5, 0.3085375387259869],
  [1.959963984540054, 0.025],
  [2.9, 0.0018658133003840375],
  [3.1, 0.0009676032132183563],
  [5, 2.866515718791933e-7],
  [8, 6.22096057427174e-16],
  [-1.5, 0.9331927987311419],
] as const;

/**
 * Weeks of remission under 6-mercaptopurine, as [weeks, relapsed]: E. J. Freireich et al., Blood 21
 * (1963), the example of many textbooks.
 */
export const REMISSIONS = [
  ...[6, 6, 6, 7, 10, 13, 16, 22, 23].map((weeks) => [weeks, true] as const),
  ...[6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map((weeks) => [weeks, false] as const),
];

/** `KaplanMeierFitter().fit(…)`: [week, share, low, high]. */
export const REMISSION_CURVE = [
  [6, 0.857142857142857, 0.6197179552659838, 0.9515517476469969],
  [7, 0.8067226890756299, 0.5631465646222333, 0.9228090192028802],
  [10, 0.7529411764705878, 0.5031995107999564, 0.8893618351692651],
  [13, 0.6901960784313722, 0.4316102224861839, 0.8490659633494505],
  [16, 0.6274509803921566, 0.36751085598750194, 0.8049121894718411],
  [22, 0.5378151260504199, 0.26777893676713493, 0.7467907176353943],
  [23, 0.44817927170868327, 0.18805200595923233, 0.6801426284952412],
  [35, 0.44817927170868327, 0.18805200595923233, 0.6801426284952412],
] as const;
/** `median_survival_time_`, and `median_survival_times(confidence_interval_)`. */
export const REMISSION_MEDIAN = { median: 23, low: 13, high: null } as const;

export const BEFORE = [61, 64, 70, 72, 73, 80, 81, 90, 95];
export const AFTER = [66, 75, 83, 84, 91, 99, 101, 110];
/** `mannwhitneyu(…, method="exact")`, its U as a share of all pairs, `median(subtract.outer(…))`. */
export const EXACT_COMPARISON = { pValue: 0.059234882764294526, slowerShare: 7 / 9, shift: 11.5 };

/** Drawn once from lognormal distributions. */
export const MANY_BEFORE = [
  32, 37, 36, 49, 27, 52, 41, 71, 73, 83, 69, 54, 71, 86, 45, 66, 54, 84, 42, 50, 61, 59, 33, 61,
  53, 51, 52, 58, 32, 87, 42, 28, 53, 85, 47, 87, 87, 42, 26, 38,
];
export const MANY_AFTER = [
  91, 50, 40, 42, 63, 63, 82, 85, 48, 61, 45, 65, 45, 44, 120, 64, 77, 136, 80, 61, 64, 51, 88, 57,
  108, 57, 57, 56, 77, 67, 96, 54, 69, 113, 59,
];
/** `mannwhitneyu(…, method="asymptotic", use_continuity=False)`. */
export const MANY_P = 0.0069679502155516665;

/** [ms, censored]: Gehan's scores through `scipy.stats.permutation_test`, all 252 ways. */
export const CENSORED_BEFORE = [
  [60, false],
  [61, false],
  [75, false],
  [90, true],
  [62, false],
] as const;
export const CENSORED_AFTER = [
  [70, false],
  [90, true],
  [90, true],
  [85, false],
  [77, false],
] as const;
export const CENSORED_P = 0.14285714285714285;

/** Against 0, 1, 2, …: `kendalltau(…, method="exact")`, `theilslopes(…).slope`. */
export const RISING = [60, 62, 61, 65, 70, 64, 69, 72, 71, 80, 75, 79];
export const RISING_TAU = { tau: 0.7878787878787877, pValue: 0.00010742344075677409 };
export const RISING_SLOPE = 1.7207792207792207;
/** `kendalltau(…, method="asymptotic")`, with ties. */
export const TIED = [60, 60, 61, 65, 70, 60, 70, 72, 71, 80, 60, 79];
export const TIED_TAU = { tau: 0.5608801506561831, pValue: 0.01402906089830037 };
