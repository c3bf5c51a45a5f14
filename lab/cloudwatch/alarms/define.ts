/** What PutMetricAlarm and PutCompositeAlarm check alike: name, description, actions, tags. */
import type { Tag } from "@aws-sdk/client-cloudwatch";
import { ACCOUNT_ID, REGION } from "../../service.ts";
import type { StateValue } from "../ports.ts";
import { constraintError, notImplemented, requireLength, validationError } from "../validation.ts";

const MOST_ACTIONS = 5;
const MOST_TAGS = 50;

interface CommonInput {
  readonly AlarmName?: string | undefined;
  readonly AlarmDescription?: string | undefined;
  readonly ActionsEnabled?: boolean | undefined;
  readonly OKActions?: readonly string[] | undefined;
  readonly AlarmActions?: readonly string[] | undefined;
  readonly InsufficientDataActions?: readonly string[] | undefined;
}

export function commonDefinition(input: CommonInput): {
  name: string;
  description: string | undefined;
  actionsEnabled: boolean;
  actions: Record<StateValue, readonly string[]>;
} {
  const name = requireLength("alarmName", input.AlarmName, 1, 255);
  // oxlint-disable-next-line no-control-regex -- these are what AWS refuses.
  if (/[\x00-\x1f\x7f]/.test(name))
    throw validationError("AlarmName can't contain ASCII control characters.");
  if (input.AlarmDescription !== undefined)
    requireLength("alarmDescription", input.AlarmDescription, 0, 1024);
  return {
    name,
    description: input.AlarmDescription,
    actionsEnabled: input.ActionsEnabled ?? true,
    actions: {
      OK: requireActions("oKActions", input.OKActions),
      ALARM: requireActions("alarmActions", input.AlarmActions),
      INSUFFICIENT_DATA: requireActions("insufficientDataActions", input.InsufficientDataActions),
    },
  };
}

/** Actions that AWS performs and the lab cannot. */
const UNSUPPORTED_ACTIONS =
  /^arn:aws:(?:automate|swf|ssm|ssm-incidents|aiops|autoscaling(?!.*:resource\/ecs\/)):/;

function requireActions(member: string, arns: readonly string[] | undefined): readonly string[] {
  const list = arns ?? [];
  if (list.length > MOST_ACTIONS)
    throw constraintError(member, `[${list.join(", ")}]`, "have length less than or equal to 5");
  for (const action of list) {
    if (UNSUPPORTED_ACTIONS.test(action)) throw notImplemented(`the action ${action} (${member})`);
    const [, , service, region = "", account, resource = ""] = action.split(":");
    const known =
      (service === "sns" && resource !== "") ||
      (service === "autoscaling" && resource === "scalingPolicy") ||
      (service === "lambda" && resource === "function" && action.split(":").length > 6);
    if (!action.startsWith("arn:aws:") || !known || !/^\d{12}$/.test(account ?? ""))
      throw validationError(`Invalid arn syntax: ${action}`);
    if (region !== REGION)
      throw validationError(`Invalid region ${region} specified. Only ${REGION} is supported.`);
    if (account !== ACCOUNT_ID) throw notImplemented(`actions of another account (${action})`);
  }
  return [...new Set(list)];
}

/** Tags by key. Throws `ValidationError` for more than 50, empty or AWS's own keys, long values. */
export function requireTags(tags: readonly Tag[] | undefined): Map<string, string> {
  const list = tags ?? [];
  const byKey = new Map<string, string>();
  for (const [index, { Key, Value }] of list.entries()) {
    const key = requireLength(`tags.${index + 1}.member.key`, Key, 1, 128);
    if (/^aws:/i.test(key)) throw validationError("Tag keys starting with 'aws:' are reserved.");
    byKey.set(key, requireLength(`tags.${index + 1}.member.value`, Value, 0, 256));
  }
  if (byKey.size > MOST_TAGS)
    throw constraintError(
      "tags",
      `${byKey.size} tags`,
      `have length less than or equal to ${MOST_TAGS}`,
    );
  return byKey;
}
