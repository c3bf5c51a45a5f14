/** aws:cloudwatch/metricAlarm:MetricAlarm */
import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  type ComparisonOperator,
  type PutMetricAlarmCommandInput,
  type StandardUnit,
  type Statistic,
} from "@aws-sdk/client-cloudwatch";
import {
  boolean,
  type InputsOf,
  list,
  map,
  number,
  object,
  required,
  set,
  text,
  words,
} from "../shape.ts";
import { tagList, tagOutputs } from "../tags.ts";
import { defineResource, type Context } from "../types.ts";
import { textOf, withoutNulls, type Properties } from "../values.ts";
import { changeTags, readTags } from "./tagging.ts";

const INPUTS = {
  name: text,
  alarmDescription: text,
  actionsEnabled: boolean,
  alarmActions: set(text),
  okActions: set(text),
  insufficientDataActions: set(text),
  comparisonOperator: required(words<ComparisonOperator>()),
  evaluationPeriods: required(number),
  datapointsToAlarm: number,
  threshold: number,
  treatMissingData: text,
  evaluateLowSampleCountPercentiles: text,
  namespace: text,
  metricName: text,
  dimensions: map(text),
  period: number,
  statistic: words<Statistic>(),
  extendedStatistic: text,
  unit: words<StandardUnit>(),
  metricQueries: list(
    object({
      id: required(text),
      expression: text,
      label: text,
      period: number,
      returnData: boolean,
      metric: object({
        namespace: text,
        metricName: required(text),
        dimensions: map(text),
        period: required(number),
        stat: required(text),
        unit: words<StandardUnit>(),
      }),
    }),
  ),
  tags: map(text),
} as const;
type Inputs = InputsOf<typeof INPUTS>;

function dimensions(of: Record<string, string> | undefined) {
  return Object.entries(of ?? {}).map(([Name, Value]) => ({ Name, Value }));
}

function alarm(inputs: Inputs): PutMetricAlarmCommandInput {
  const base = {
    AlarmName: inputs.name,
    AlarmDescription: inputs.alarmDescription,
    ActionsEnabled: inputs.actionsEnabled,
    AlarmActions: inputs.alarmActions ?? [],
    OKActions: inputs.okActions ?? [],
    InsufficientDataActions: inputs.insufficientDataActions ?? [],
    ComparisonOperator: inputs.comparisonOperator,
    EvaluationPeriods: inputs.evaluationPeriods,
    DatapointsToAlarm: inputs.datapointsToAlarm,
    Threshold: inputs.threshold,
    TreatMissingData: inputs.treatMissingData,
    EvaluateLowSampleCountPercentile: inputs.evaluateLowSampleCountPercentiles,
  };
  if (inputs.metricQueries) {
    return { ...base, Metrics: inputs.metricQueries.map(metricQuery) };
  }
  return {
    ...base,
    Namespace: inputs.namespace,
    MetricName: inputs.metricName,
    Dimensions: dimensions(inputs.dimensions),
    Period: inputs.period,
    Statistic: inputs.statistic,
    ExtendedStatistic: inputs.extendedStatistic,
    Unit: inputs.unit,
  };
}

function metricQuery(query: NonNullable<Inputs["metricQueries"]>[number]) {
  const { metric } = query;
  return {
    Id: query.id,
    Expression: query.expression,
    Label: query.label,
    Period: query.period,
    ReturnData: query.returnData ?? false,
    MetricStat: metric && {
      Metric: {
        Namespace: metric.namespace,
        MetricName: metric.metricName,
        Dimensions: dimensions(metric.dimensions),
      },
      Period: metric.period,
      Stat: metric.stat,
      Unit: metric.unit,
    },
  };
}

async function read(name: string, context: Context): Promise<Properties | undefined> {
  const cloudwatch = await context.clients.cloudwatch();
  const answer = await cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ["MetricAlarm"] }),
  );
  const found = answer.MetricAlarms?.[0];
  if (!found?.AlarmArn) return undefined;
  return withoutNulls({
    arn: found.AlarmArn,
    name,
    actionsEnabled: found.ActionsEnabled,
    alarmActions: found.AlarmActions,
    treatMissingData: found.TreatMissingData ?? "missing",
    region: context.region,
    ...tagOutputs(await readTags(found.AlarmArn, context)),
  });
}

export const metricAlarm = defineResource({
  token: "aws:cloudwatch/metricAlarm:MetricAlarm",
  inputs: INPUTS,
  defaults: { actionsEnabled: true, treatMissingData: "missing" },
  autoname: { property: "name", maxLength: 255 },
  replaceOn: ["name"],
  async create(inputs, context) {
    const cloudwatch = await context.clients.cloudwatch();
    const Tags = tagList(inputs.tags);
    await cloudwatch.send(
      new PutMetricAlarmCommand({ ...alarm(inputs), ...(Tags.length > 0 ? { Tags } : {}) }),
    );
    const id = inputs.name ?? "";
    return { id, outputs: (await read(id, context)) ?? {} };
  },
  read,
  async update({ id, olds, news, outputs }, context) {
    const cloudwatch = await context.clients.cloudwatch();
    if (JSON.stringify(alarm(olds)) !== JSON.stringify(alarm(news))) {
      await cloudwatch.send(new PutMetricAlarmCommand(alarm(news)));
    }
    await changeTags(textOf(outputs["arn"]), olds.tags, news.tags, context);
    return (await read(id, context)) ?? {};
  },
  async delete(id, _known, context) {
    const cloudwatch = await context.clients.cloudwatch();
    // An alarm that is gone is no error to CloudWatch.
    await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [id] }));
  },
});
