/** A listener's actions in Pulumi's spelling and in AWS's. */
import type { Action, ActionTypeEnum } from "@aws-sdk/client-elastic-load-balancing-v2";
import { boolean, type InputsOf, list, number, object, required, text, words } from "../shape.ts";
import { withoutNulls, type Properties } from "../values.ts";

const MEMBERS = {
  type: required(words<ActionTypeEnum>()),
  order: number,
  targetGroupArn: text,
  forward: object({
    targetGroups: required(list(object({ arn: required(text), weight: number }))),
    stickiness: object({ duration: required(number), enabled: boolean }),
  }),
  fixedResponse: object({ contentType: required(text), messageBody: text, statusCode: text }),
} as const;
export const ACTIONS = list(object(MEMBERS));

export function toAction(action: InputsOf<typeof MEMBERS>): Action {
  const { forward, fixedResponse } = action;
  return {
    Type: action.type,
    Order: action.order,
    TargetGroupArn: action.targetGroupArn,
    ForwardConfig: forward && {
      TargetGroups: forward.targetGroups.map(({ arn, weight }) => ({
        TargetGroupArn: arn,
        Weight: weight ?? 1,
      })),
      TargetGroupStickinessConfig: forward.stickiness && {
        Enabled: forward.stickiness.enabled ?? false,
        DurationSeconds: forward.stickiness.duration,
      },
    },
    FixedResponseConfig: fixedResponse && {
      ContentType: fixedResponse.contentType,
      MessageBody: fixedResponse.messageBody,
      StatusCode: fixedResponse.statusCode,
    },
  };
}

/** As the getListener function returns it: every nested block is a list of one. */
export function fromAction(action: Action): Properties {
  const forward = action.ForwardConfig;
  const fixed = action.FixedResponseConfig;
  return withoutNulls({
    type: action.Type,
    order: action.Order ?? 0,
    targetGroupArn: action.TargetGroupArn ?? "",
    forwards: forward
      ? [
          {
            targetGroups: (forward.TargetGroups ?? []).map((group) => ({
              arn: group.TargetGroupArn ?? "",
              weight: group.Weight ?? 0,
            })),
            stickinesses: [
              {
                duration: forward.TargetGroupStickinessConfig?.DurationSeconds ?? 0,
                enabled: forward.TargetGroupStickinessConfig?.Enabled ?? false,
              },
            ],
          },
        ]
      : [],
    fixedResponses: fixed
      ? [
          {
            contentType: fixed.ContentType ?? "",
            messageBody: fixed.MessageBody ?? "",
            statusCode: fixed.StatusCode ?? "",
          },
        ]
      : [],
    authenticateCognitos: [],
    authenticateOidcs: [],
    jwtValidations: [],
    redirects: [],
  });
}
