/** Why the sentinel says what it says, as one sentence with the numbers it rests on. */
import type { Tally } from "./bets.ts";
import type { SentinelState } from "./sentinel.ts";
import type { SignalSettings, SignalState } from "./signal.ts";
import { logWealth } from "./wealth.ts";

export function explain(state: SentinelState, needed: number): string {
  const { settings, errors, latency } = state;
  const byLatency = latency !== null && logWealth(latency.wealth) > logWealth(errors.wealth);
  const said =
    byLatency && settings.latency
      ? compared(latency, settings.latency, "slow")
      : compared(errors, settings.errors, "failed");
  const evidence = shown(state.peakLogEValue);
  const { falseReversions, sidecars } = settings;
  const bar =
    `${shown(Math.log(needed))} that make a false reversion happen in at most ` +
    `${percent(falseReversions)} of rollouts` +
    (sidecars > 1 ? `, of ${sidecars} sidecars together` : "");
  return state.peakLogEValue >= Math.log(needed)
    ? `${said}; the evidence reached ${evidence}, over the ${bar}`
    : `${said}; the evidence has been ${evidence} at most, under the ${bar}`;
}

function compared(signal: SignalState, settings: SignalSettings, verb: string): string {
  const { candidate, stable } = signal.totals;
  const more = Number((settings.tolerance * 100).toFixed(3));
  const points = `${more} point${more === 1 ? "" : "s"} tolerated`;
  if (candidate.requests === 0) return "the candidate has answered no request yet";
  const own = `${shareOf(candidate)} of the candidate's responses ${verb}`;
  if (signal.stableAtMost !== null) {
    const most = percent(signal.stableAtMost);
    return `${own}, at most ${most} of the stable slot's by its control sample, ${points}`;
  }
  if (stable.requests === 0) return `${own}, nothing of the stable slot to compare with yet`;
  return `${own}, ${shareOf(stable)} of the stable slot's, ${points}`;
}

function shareOf({ requests, events }: Tally): string {
  return `${events} of ${requests} (${percent(events / requests)})`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** An e-value from its logarithm, also where the number itself would overflow. */
function shown(logEValue: number): string {
  if (logEValue < Math.log(1e6)) return String(Number(Math.exp(logEValue).toPrecision(4)));
  return `1e${Math.floor(logEValue / Math.LN10)}`;
}
