/** `backout report publish`: the report's figures as CloudWatch metrics. */
import { PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { Command } from "commander";
import { metricData, METRIC_NAMESPACE, MOST_DATA } from "../drills/report/forms/cloudWatch.ts";
import { loadReport } from "../drills/report/summary/load.ts";
import { atJournal } from "./journalPlace.ts";
import type { LiveOptions } from "./live.ts";
import { liveOptions } from "./liveOptions.ts";
import { endpointOption, jsonOption, withOptions } from "./options.ts";
import { ExitCode, print, printJson } from "./output.ts";
import { defaultJournalDirectory } from "./paths.ts";
import { parseQuestion, questionOptions, type QuestionOptions } from "./reportQuestion.ts";
import { placeOf, resolveTarget } from "./target.ts";

interface PublishOptions extends QuestionOptions, LiveOptions {
  readonly journal?: string;
  readonly json?: boolean;
}

export function publishCommand(finish: (code: ExitCode) => void): Command {
  const publish = new Command("publish")
    .description(`put the figures into CloudWatch, namespace ${METRIC_NAMESPACE}`)
    .option("--journal <dir>", "the journal's directory (default: this project's)");
  return withOptions(questionOptions(publish), liveOptions())
    .addOption(endpointOption())
    .addOption(jsonOption())
    .action(async (_: PublishOptions, command: Command) => {
      finish(await atJournal(command.optsWithGlobals<PublishOptions>(), publishMetrics));
    });
}

async function publishMetrics(options: PublishOptions): Promise<ExitCode> {
  const wallMs = Date.now();
  const { isGate: _, ...question } = parseQuestion(options, wallMs);
  const directory = options.journal ?? defaultJournalDirectory();
  const target = await resolveTarget(options);
  const now = question.now ?? new Date(wallMs).toISOString();
  const { model, summary } = loadReport(directory, { ...question, now }, 0);
  const isSound = model.journal.problems.length === 0;
  const data = isSound ? metricData(summary, new Date(target.clock.now())) : [];
  for (let from = 0; from < data.length; from += MOST_DATA) {
    const MetricData = data.slice(from, from + MOST_DATA);
    await target.clients.cloudwatch.send(
      new PutMetricDataCommand({ Namespace: METRIC_NAMESPACE, MetricData }),
    );
  }
  if (options.json) {
    const { problems } = model.journal;
    printJson({ schemaVersion: 1, namespace: METRIC_NAMESPACE, published: data.length, problems });
  } else if (isSound) {
    print(`${data.length} metrics published to ${METRIC_NAMESPACE} ${placeOf(target)}`);
  } else {
    print("nothing published: the journal is not as it was written (see `backout report verify`)");
  }
  return isSound ? ExitCode.Passed : ExitCode.Failed;
}
