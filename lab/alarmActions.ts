/** Performs what alarms ask for: invokes functions and publishes to topics, under their policies. */
import { messageOf } from "../base/errors.ts";
import { lambdaPayload } from "./cloudwatch/payloads.ts";
import type { ActionOutcome, AlarmActions } from "./cloudwatch/ports.ts";
import { snsMessage, snsSubject } from "./cloudwatch/snsPayload.ts";
import type { AutoScaling } from "./autoscaling/autoscaling.ts";
import type { Lambda } from "./lambda/lambda.ts";
import { ACCOUNT_ID } from "./service.ts";
import type { Sns } from "./sns/sns.ts";

/** Who invokes a function on an alarm's behalf (CloudWatch User Guide, "Lambda alarm actions"). */
const ALARM_PRINCIPAL = "lambda.alarms.cloudwatch.amazonaws.com";
/** Who publishes, as topics' policies know it. */
const TOPIC_PRINCIPAL = "cloudwatch.amazonaws.com";

export function alarmActions(
  lambda: Pick<Lambda, "invokeAsync">,
  sns: Pick<Sns, "publish">,
  autoScaling?: Pick<AutoScaling, "alarmed">,
): AlarmActions {
  return {
    async perform(actionArn, event): Promise<ActionOutcome> {
      const service = actionArn.split(":")[2];
      try {
        if (service === "lambda") {
          return await lambda.invokeAsync(actionArn, lambdaPayload(event), {
            principal: ALARM_PRINCIPAL,
            sourceArn: event.alarmArn,
            sourceAccount: ACCOUNT_ID,
          });
        }
        if (service === "sns") {
          const message = {
            Subject: snsSubject(event),
            Message: JSON.stringify(snsMessage(event)),
          };
          return sns.publish(actionArn, message, {
            principal: TOPIC_PRINCIPAL,
            sourceArn: event.alarmArn,
          });
        }
        if (service === "autoscaling" && autoScaling) return await autoScaling.alarmed(actionArn);
        return { ok: false, error: `the lab performs no alarm action on ${actionArn}` };
      } catch (error) {
        return { ok: false, error: messageOf(error) };
      }
    },
  };
}
