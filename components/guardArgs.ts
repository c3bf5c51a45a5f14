/** What an environment's guard is told, and every rule that it must obey. */
import type { Problem } from "../base/errors.ts";
import type { WorkloadArgs } from "./args.ts";
import { checks } from "./checks.ts";
import type { LastResortArgs } from "./lastResort.ts";
import { type NoticeArgs, noticeProblems } from "./noticeArgs.ts";
import { readPolicy, type SignalPolicyArgs } from "./signalPolicy.ts";
import { type VerificationArgs, verificationProblems } from "./verificationArgs.ts";

/** A link of the reversion that can be left out, to rehearse that a drill notices. */
export const RehearsedBreak = {
  /** The alarms may not invoke the reversion function. */
  Permission: "permission",
  /** The guard alarms have no action. */
  AlarmAction: "alarm-action",
  /** The reversion function's handler throws. */
  Function: "function",
} as const;
export type RehearsedBreak = (typeof RehearsedBreak)[keyof typeof RehearsedBreak];

export interface GuardArgs extends VerificationArgs, LastResortArgs {
  /** Share of failed requests, percent, above which a slot's alarm goes off. @default 5 */
  readonly errorRatePercent?: number;
  /**
   * Requests per minute below which neither error rate nor latency is judged: low traffic never
   * decides.
   * @default 20
   */
  readonly minimumRequestsPerMinute?: number;
  /**
   * Seconds that the slowest hundredth of a slot's responses may take before its alarm goes off.
   * Below 100 requests a minute, where p99 would be the one slowest response, the slowest tenth is
   * judged instead. Set it above what a healthy release needs: traffic leaves the candidate when it
   * is crossed for one minute.
   * @default 1
   */
  readonly latencyP99Seconds?: number;
  /**
   * How many times the other slot's p99 a slot's own may be before its alarm goes off. Judged only
   * while both slots have 100 requests a minute, and not below a tenth of `latencyP99Seconds`: once
   * a candidate has all the traffic, only the absolute limit holds.
   * @default 2
   */
  readonly latencyRatio?: number;
  /**
   * Publish each slot's requests, errors and latency every ten seconds from its fault sidecars, and
   * watch them with two more alarms: a bad release is seen in 20 to 40 s instead of 1 to 3 minutes,
   * from `minimumRequestsPerMinute` requests in ten seconds on (below that only the slower alarms
   * judge). Turning it on or off deploys to **both** slots. It costs about 10 USD a month with one
   * busy task per slot: 6 custom metrics and 10 metrics of high-resolution alarms at 0.30 USD, and
   * a PutMetricData call per task every ten seconds at 0.01 USD per 1,000, 2.59 USD a month while
   * the task has traffic (list prices of us-east-1, https://aws.amazon.com/cloudwatch/pricing/: check them).
   * @default false
   */
  readonly fastSignals?: boolean;
  /**
   * Let the fault sidecars judge the candidate themselves, by a sequential test of its errors and
   * slow responses (above `latencyP99Seconds`) against the stable slot's, second by second, and call
   * the guard with no metric or alarm in between. It beats every alarm where there is traffic, and
   * misses what no response shows: a slot that nobody reaches. Turning it on or off deploys to
   * **both** slots. Each task reads the record once a second, 2.6 million reads a month: 0.33 USD
   * at 0.125 USD a million (list price of us-east-1, https://aws.amazon.com/dynamodb/pricing/on-demand/: check it). Left out
   * where `rehearseWithout` is set.
   * @default false
   */
  readonly sentinel?: boolean;
  /**
   * The probability, over a whole rollout, that the sentinel reverts a candidate that is at most one
   * point worse. Smaller is slower: a tenth of it costs about a third more evidence.
   * @default 0.001
   */
  readonly sentinelAlpha?: number;
  /**
   * What each signal may do when its alarm goes off: `immediate` reverts alone, `vote` (or `vote:2`,
   * by its impact) reverts together with others once `votesNeeded` votes are there, `investigate`
   * only tells the people of the environment's topic. Fewer votes than needed move nothing; they hold
   * a rollout at the end of its step for a person, until `rollout.decideWithin` ends. Each signal
   * that does not revert alone makes fewer false reversions, and leaves what only it sees in traffic
   * for longer; drills cannot rehearse it. As text: "errors=immediate latency=vote:2
   * latencyRatio=vote votesNeeded=2". The sentinel is no part of it: where it is on, it reverts alone.
   * @default every signal is immediate
   */
  readonly policy?: SignalPolicyArgs | string;
  /**
   * A second way home that shares no function, role, schedule or detector with the first: a watchdog
   * of its own looks every minute. It brings the traffic home when its probes (40 GET requests to
   * each slot while a candidate has traffic) find the candidate significantly worse, when a
   * latched slot has traffic, and when the candidate's alarm has been in ALARM for 90 s and nobody
   * acted. Where it cannot either (no healthy target on the other side, a listener that cannot be
   * changed), it tells the people of the topic what both sides look like, once an hour.
   * A probe is a request of its slot and counts in the load balancer's metrics, but decides nothing
   * there: it is announced as a metric of its own (`Backout`, `Probes`), which the alarms and
   * `rollout.minimumRequests` take off before they compare with their minima; sidecars leave it out of
   * what they publish and judge. `policy` does not bind it: what its probes find bad, it reverts alone.
   * Best with `testRoutes.onPublicListener`, by which both slots can be
   * compared; otherwise a candidate with all the traffic is judged by `errorRatePercent` alone. It
   * calls from AWS's own addresses: where `network.allowedCidrs` keeps those out, only what needs no
   * probe is left. About 1 USD a month: 0.20 for 43,200 calls of Lambda and of EventBridge Scheduler,
   * most of them below half a second at 256 MB (ten times that while a rollout lasts), 0.80 for eight
   * metrics more in alarms; two custom metrics at 0.30 each in the hours with probes (list prices of
   * us-east-1, https://aws.amazon.com/lambda/pricing/, https://aws.amazon.com/eventbridge/pricing/ and
   * https://aws.amazon.com/cloudwatch/pricing/: check them). `false` removes it: a broken link of the
   * first way home then leaves traffic on a bad release.
   * @default true
   */
  readonly secondWay?: boolean;
  /**
   * What the watchdog's probes ask for: a path that a good release answers without a server error, and
   * quickly (3 s). @default workload.healthCheckPath
   */
  readonly probePath?: string;
  /**
   * Who is told of reversions, beside the subscribers of the environment's topic. They are told
   * after the weights have moved, and a receiver that is dead delays nothing.
   * @default nobody else
   */
  readonly notify?: NoticeArgs;
  /**
   * Leave one link out, to rehearse what happens then. Traffic comes home by the second way only; with
   * `secondWay` off it does **not** come home by itself. @default nothing is left out
   */
  readonly rehearseWithout?: RehearsedBreak;
}

export function guardProblems(guard: GuardArgs, workload: WorkloadArgs): Problem[] {
  const { problems, check, integer } = checks();
  const percent = guard.errorRatePercent;
  check(
    percent === undefined || (percent > 0 && percent < 100),
    "guard.errorRatePercent",
    percent,
    "a number above 0 and below 100",
  );
  integer("guard.minimumRequestsPerMinute", guard.minimumRequestsPerMinute, 1, 1_000_000);
  const p99 = guard.latencyP99Seconds;
  check(
    p99 === undefined || (p99 >= 0.001 && p99 < 60),
    "guard.latencyP99Seconds",
    p99,
    "a number of seconds from 0.001 to below 60",
    "at 60 s, its idle timeout, the load balancer answers 504 itself: a failure, not a latency",
  );
  const ratio = guard.latencyRatio;
  check(
    ratio === undefined || (ratio > 1 && ratio <= 100),
    "guard.latencyRatio",
    ratio,
    "a number above 1 and up to 100",
  );
  const without = guard.rehearseWithout;
  check(
    without === undefined || Object.values(RehearsedBreak).includes(without),
    "guard.rehearseWithout",
    without,
    Object.values(RehearsedBreak).join(", "),
  );
  const { probePath } = guard;
  check(
    probePath === undefined || /^\/[^\s#]{0,1023}$/.test(probePath),
    "guard.probePath",
    probePath,
    "a path that begins with / and has at most 1024 characters",
  );
  const alpha = guard.sentinelAlpha;
  check(
    alpha === undefined || (alpha > 0 && alpha <= 0.1),
    "guard.sentinelAlpha",
    alpha,
    "a number above 0 and up to 0.1",
  );
  check(
    !guard.sentinel || workload.faultSidecarImage !== undefined,
    "guard.sentinel",
    guard.sentinel,
    "false without a fault sidecar, which is where it runs",
    "set workload.faultSidecarImage",
  );
  check(
    !guard.fastSignals || workload.faultSidecarImage !== undefined,
    "guard.fastSignals",
    guard.fastSignals,
    "false without a fault sidecar, which is what publishes them",
    "set workload.faultSidecarImage",
  );
  problems.push(...verificationProblems(guard));
  const { problems: unfit } = readPolicy(guard.policy, { fastSignals: guard.fastSignals ?? false });
  problems.push(...noticeProblems(guard.notify ?? {}));
  return [...problems, ...unfit.map((one) => ({ ...one, field: `guard.${one.field}` }))];
}
