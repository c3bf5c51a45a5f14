/** Which environment a function is for, as both ways home are told in their variables. */
import { z } from "zod";
import type { GuardIdentity } from "./connect.ts";
import { policyOfTag } from "./signalPolicy.ts";

export const identityVariables = z.object({
  BACKOUT_ENVIRONMENT: z.string(),
  BACKOUT_INITIAL_STABLE: z.enum(["blue", "green"]),
  BACKOUT_LISTENER_ARN: z.string(),
  BACKOUT_BLUE_TARGET_GROUP_ARN: z.string(),
  BACKOUT_GREEN_TARGET_GROUP_ARN: z.string(),
  BACKOUT_TOPIC_ARN: z.string(),
  BACKOUT_SIGNAL_POLICY: z.string().optional(),
});

export function identityOf(settings: z.infer<typeof identityVariables>): GuardIdentity {
  return {
    environment: settings.BACKOUT_ENVIRONMENT,
    initialStable: settings.BACKOUT_INITIAL_STABLE,
    listenerArn: settings.BACKOUT_LISTENER_ARN,
    targetGroupArns: {
      blue: settings.BACKOUT_BLUE_TARGET_GROUP_ARN,
      green: settings.BACKOUT_GREEN_TARGET_GROUP_ARN,
    },
    topicArn: settings.BACKOUT_TOPIC_ARN,
    policy: policyOfTag(settings.BACKOUT_SIGNAL_POLICY),
  };
}
