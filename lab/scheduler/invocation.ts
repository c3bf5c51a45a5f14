/** One invocation of a schedule's target: what is called, with what payload. Pure. */
import { toTheSecond } from "../events/event.ts";
import { ACCOUNT_ID, REGION, ServiceName } from "../service.ts";
import { runTaskInput } from "./ecsTarget.ts";
import type { ApiCall } from "./ports.ts";
import type { Schedule } from "./store.ts";

export interface Attempt {
  /** Nominal: what the expression says, without the flexible window. */
  readonly dueMs: number;
  readonly executionId: string;
  /** From 1. */
  readonly number: number;
}

/** Lambda's functions are invoked asynchronously (User Guide, "templated targets"). */
export function callOf(schedule: Schedule, attempt: Attempt): ApiCall {
  const { target, name } = schedule;
  if (target.ecs) {
    const overrides = target.input === undefined ? undefined : payloadOf(schedule, attempt);
    return {
      service: ServiceName.Ecs,
      operation: "RunTask",
      input: { ...runTaskInput(target.arn, target.ecs, name, overrides) },
    };
  }
  const payload = payloadOf(schedule, attempt);
  return target.arn.split(":")[2] === "sns"
    ? {
        service: ServiceName.Sns,
        operation: "Publish",
        input: { TopicArn: target.arn, Message: payload },
      }
    : {
        service: ServiceName.Lambda,
        operation: "Invoke",
        input: {
          FunctionName: target.arn,
          InvocationType: "Event",
          Payload: Buffer.from(payload),
        },
      };
}

function payloadOf(schedule: Schedule, attempt: Attempt): string {
  const { input } = schedule.target;
  if (input === undefined) return JSON.stringify(defaultEvent(schedule, attempt));
  // https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
  return input
    .replaceAll("<aws.scheduler.schedule-arn>", schedule.arn)
    .replaceAll("<aws.scheduler.scheduled-time>", toTheSecond(attempt.dueMs))
    .replaceAll("<aws.scheduler.execution-id>", attempt.executionId)
    .replaceAll("<aws.scheduler.attempt-number>", String(attempt.number));
}

/** What a target without Input gets; its `detail` is a string. */
function defaultEvent(schedule: Schedule, { dueMs, executionId }: Attempt): object {
  return {
    version: "0",
    id: executionId,
    "detail-type": "Scheduled Event",
    source: "aws.scheduler",
    account: ACCOUNT_ID,
    time: toTheSecond(dueMs),
    region: REGION,
    resources: [schedule.arn],
    detail: "{}",
  };
}
