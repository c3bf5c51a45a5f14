/** aws:cloudwatch/compositeAlarm:CompositeAlarm */
import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutCompositeAlarmCommand,
} from "@aws-sdk/client-cloudwatch";
import { boolean, map, number, object, required, set, text, type InputsOf } from "../shape.ts";
import { tagList, tagOutputs } from "../tags.ts";
import { defineResource, type Context } from "../types.ts";
import { textOf, withoutNulls, type Properties } from "../values.ts";
import { changeTags, readTags } from "./tagging.ts";

const INPUTS = {
  alarmName: required(text),
  alarmRule: required(text),
  alarmDescription: text,
  actionsEnabled: boolean,
  alarmActions: set(text),
  okActions: set(text),
  insufficientDataActions: set(text),
  actionsSuppressor: object({
    alarm: required(text),
    extensionPeriod: required(number),
    waitPeriod: required(number),
  }),
  tags: map(text),
} as const;

function alarm(inputs: InputsOf<typeof INPUTS>) {
  const suppressor = inputs.actionsSuppressor;
  return {
    AlarmName: inputs.alarmName,
    AlarmRule: inputs.alarmRule,
    AlarmDescription: inputs.alarmDescription,
    ActionsEnabled: inputs.actionsEnabled,
    AlarmActions: inputs.alarmActions ?? [],
    OKActions: inputs.okActions ?? [],
    InsufficientDataActions: inputs.insufficientDataActions ?? [],
    ...(suppressor
      ? {
          ActionsSuppressor: suppressor.alarm,
          ActionsSuppressorExtensionPeriod: suppressor.extensionPeriod,
          ActionsSuppressorWaitPeriod: suppressor.waitPeriod,
        }
      : {}),
  };
}

async function read(name: string, context: Context): Promise<Properties | undefined> {
  const cloudwatch = await context.clients.cloudwatch();
  const answer = await cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ["CompositeAlarm"] }),
  );
  const found = answer.CompositeAlarms?.[0];
  if (!found?.AlarmArn) return undefined;
  return withoutNulls({
    arn: found.AlarmArn,
    alarmName: name,
    alarmRule: found.AlarmRule,
    actionsEnabled: found.ActionsEnabled,
    region: context.region,
    ...tagOutputs(await readTags(found.AlarmArn, context)),
  });
}

export const compositeAlarm = defineResource({
  token: "aws:cloudwatch/compositeAlarm:CompositeAlarm",
  inputs: INPUTS,
  defaults: { actionsEnabled: true },
  // Pulumi's provider replaces the alarm when actionsEnabled changes (ForceNew upstream).
  replaceOn: ["alarmName", "actionsEnabled"],
  async create(inputs, context) {
    const cloudwatch = await context.clients.cloudwatch();
    const Tags = tagList(inputs.tags);
    await cloudwatch.send(
      new PutCompositeAlarmCommand({ ...alarm(inputs), ...(Tags.length > 0 ? { Tags } : {}) }),
    );
    const id = inputs.alarmName;
    return { id, outputs: (await read(id, context)) ?? {} };
  },
  read,
  async update({ id, olds, news, outputs }, context) {
    const cloudwatch = await context.clients.cloudwatch();
    if (JSON.stringify(alarm(olds)) !== JSON.stringify(alarm(news))) {
      await cloudwatch.send(new PutCompositeAlarmCommand(alarm(news)));
    }
    await changeTags(textOf(outputs["arn"]), olds.tags, news.tags, context);
    return (await read(id, context)) ?? {};
  },
  async delete(id, _known, context) {
    const cloudwatch = await context.clients.cloudwatch();
    await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [id] }));
  },
});
