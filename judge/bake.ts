/** How long a step must bake for its alarms to be able to see anything: pure arithmetic. */
import { detectionFloor, evaluationCadenceMs } from "./detection.ts";

export interface BakeFacts {
  readonly alarms: readonly {
    readonly name: string;
    readonly periodSeconds: number;
    readonly datapointsToAlarm: number;
  }[];
  /** From the end of a period until alarms see its datapoint, nominal milliseconds. */
  readonly deliveryDelayMs: number;
  /** What the candidate gets at the step's weight; null when nobody knows the traffic. */
  readonly requestsPerMinute: number | null;
  /** Requests that a step needs to say anything. */
  readonly minimumRequests: number;
}

export interface LeastBake {
  /** Nominal milliseconds; Infinity when the step gets no traffic at all. */
  readonly bakeMs: number;
  /** The rule that asks for so much, as a sentence. */
  readonly why: string;
}

/**
 * The longest of what each alarm may need to see a fault that is there from the step's begin, and
 * of what the traffic needs to bring enough requests.
 */
export function leastBake(facts: BakeFacts): LeastBake {
  const { deliveryDelayMs, requestsPerMinute, minimumRequests } = facts;
  const needs = facts.alarms.map(({ name, periodSeconds, datapointsToAlarm }): LeastBake => {
    const { detectWorst } = detectionFloor({
      periodSeconds,
      datapointsToAlarm,
      deliveryDelayMs,
      timeToBreachMs: 0,
      onsetMs: 0,
      cadenceMs: evaluationCadenceMs(periodSeconds),
    });
    return {
      bakeMs: detectWorst,
      why:
        `alarm ${name} has a period of ${periodSeconds} s and needs ${datapointsToAlarm} of its ` +
        `datapoints: (${datapointsToAlarm} + 1) x ${periodSeconds} s, one evaluation and the ` +
        "metric's delay",
    };
  });
  if (requestsPerMinute !== null && minimumRequests > 0) {
    needs.push({
      bakeMs: Math.ceil((minimumRequests / requestsPerMinute) * 60_000),
      why:
        `${Number(requestsPerMinute.toFixed(1))} requests a minute reach the candidate at this ` +
        `weight, and ${minimumRequests} are needed to judge it`,
    });
  }
  return needs.reduce((most, need) => (need.bakeMs > most.bakeMs ? need : most), {
    bakeMs: 0,
    why: "no alarm watches the candidate",
  });
}
