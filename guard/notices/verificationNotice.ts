/** What people are told once a homecoming was verified, or could not be: it closes what the reversion opened. */
import { notGood, VerificationOutcome } from "../verification/check.ts";
import type { Verification } from "../verification/verification.ts";
import { type Notice, Severity, troubleKey } from "./notice.ts";

const SEVERITY: Readonly<Record<VerificationOutcome, Severity>> = {
  good: Severity.Info,
  bad: Severity.Critical,
  inconclusive: Severity.Warning,
  error: Severity.Warning,
};

const ASKED: Readonly<Record<VerificationOutcome, string>> = {
  good: "nothing at once; the release that was left stays shut until it is mended",
  bad: "see what is wrong with the slot that has the traffic now",
  inconclusive: "send it traffic or look yourself: too little was seen to say that all is well",
  error: "look yourself: the guard could not see whether all is well",
};

export function verificationNotice(environment: string, verification: Verification): Notice {
  const { outcome, home, left, checks, lookedAt } = verification;
  const good = outcome === VerificationOutcome.Good;
  const says = good ? checks.map((check) => `${check.name}: ${check.says}`) : notGood(checks);
  return {
    environment,
    severity: SEVERITY[outcome],
    headline: `${environment}: the way home to slot ${home} is ${good ? "" : "NOT "}verified`,
    impact: `all new requests go to slot ${home} since ${verification.at}`,
    done: says.join("; "),
    asked: ASKED[outcome],
    over: good ? `it is over: all was well at ${lookedAt}` : "not known",
    key: troubleKey(environment, left),
    resolved: good,
    at: lookedAt,
  };
}
