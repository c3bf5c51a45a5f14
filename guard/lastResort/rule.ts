/**
 * The static answer as a rule of its own on the public listener, after all others. Its conditions are
 * the switch. It holds no weight and no target group, so that whoever throws it writes no weights.
 */
import {
  DescribeRulesCommand,
  type ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  type RuleCondition,
} from "@aws-sdk/client-elastic-load-balancing-v2";

/** The highest there is: testers' routes come before it, and so reach their slot while it is on. */
export const LAST_RESORT_PRIORITY = 50_000;

/** A documentation address (TEST-NET-1, RFC 5737): no client has it. */
export const NOBODY = "192.0.2.1/32";
const EVERYBODY = "*";

export interface LastResortRule {
  isOn(): Promise<boolean>;
  /** One attempt, given up after `timeoutMs` of wall time. */
  set(on: boolean, timeoutMs: number): Promise<void>;
}

export function elbv2LastResort(
  client: ElasticLoadBalancingV2Client,
  ruleArn: string,
): LastResortRule {
  return {
    async isOn() {
      const { Rules } = await client.send(new DescribeRulesCommand({ RuleArns: [ruleArn] }));
      return (Rules?.[0]?.Conditions ?? []).some(({ Field }) => Field === "path-pattern");
    },
    async set(on, timeoutMs) {
      await client.send(
        new ModifyRuleCommand({ RuleArn: ruleArn, Conditions: [on ? everybody : nobody] }),
        { abortSignal: AbortSignal.timeout(timeoutMs) },
      );
    },
  };
}

const everybody: RuleCondition = {
  Field: "path-pattern",
  PathPatternConfig: { Values: [EVERYBODY] },
};
const nobody: RuleCondition = { Field: "source-ip", SourceIpConfig: { Values: [NOBODY] } };

/** Its ARN; null where the environment has no last resort. */
export async function findLastResort(
  client: ElasticLoadBalancingV2Client,
  listenerArn: string,
): Promise<string | null> {
  let Marker: string | undefined;
  do {
    const page = await client.send(
      new DescribeRulesCommand({ ListenerArn: listenerArn, ...(Marker ? { Marker } : {}) }),
    );
    const found = page.Rules?.find(
      ({ Priority, Actions }) =>
        Priority === String(LAST_RESORT_PRIORITY) && Actions?.[0]?.Type === "fixed-response",
    );
    if (found?.RuleArn) return found.RuleArn;
    Marker = page.NextMarker;
  } while (Marker);
  return null;
}
