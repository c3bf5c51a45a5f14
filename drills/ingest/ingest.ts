/** Files of other tools into a journal: all of them or, with every problem named, none. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { z } from "zod";
import { messageOf, type Problem, refuseProblems } from "../../base/errors.ts";
import type { Journal } from "../journal/journal.ts";
import { chaosToolkitRecord, chaosToolkitSchema, isChaosToolkit } from "./chaosToolkit.ts";
import { fisExperimentSchema, fisExperimentsIn, fisRecord } from "./fis.ts";
import { INGESTED, type IngestedRecord, ingestedRecords } from "./ingested.ts";

/** @throws BackoutError `bad-input` with everything that is wrong with any of the files */
export function readIngested(
  files: readonly string[],
  environment: string | undefined,
): IngestedRecord[] {
  const problems: Problem[] = [];
  if (environment?.trim() === "") {
    const fix = "leave it out where none is known";
    problems.push({ field: "--environment", value: environment, allowed: "a name", fix });
  }
  const records = files.flatMap((file) => recordsIn(file, problems));
  refuseProblems("the files", [...problems, ...twice(records)]);
  return environment === undefined
    ? records
    : records.map((record) =>
        Object.assign(record, { environment: record.environment ?? environment }),
      );
}

/**
 * Writes them down; resolves when they are where they cannot be lost.
 *
 * @throws BackoutError `bad-input` when one of them is in the journal already, before any is written
 */
export async function ingest(records: readonly IngestedRecord[], journal: Journal): Promise<void> {
  const known = new Set(ingestedRecords(journal.entries()).map(({ id }) => id));
  refuseProblems(
    "the files",
    records
      .filter(({ id }) => known.has(id))
      .map(({ id, source }) => ({
        field: source.file,
        value: id,
        allowed: `a run that the journal ${journal.directory} does not hold yet`,
      })),
  );
  for (const record of records) journal.append(record.id, INGESTED, { record });
  await journal.flush?.();
}

function recordsIn(file: string, problems: Problem[]): IngestedRecord[] {
  let document: unknown;
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
    document = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    problems.push({ field: file, value: messageOf(error), allowed: "a JSON file" });
    return [];
  }
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const name = basename(file);
  const experiments = fisExperimentsIn(document);
  if (experiments?.length === 0) {
    problems.push({ field: `${file}: experiments`, value: [], allowed: "at least one" });
  }
  if (experiments) {
    return experiments.flatMap((experiment, index) => {
      const parsed = fisExperimentSchema.safeParse(experiment);
      if (parsed.success) return [fisRecord(parsed.data, name, sha256)];
      const where = experiments.length > 1 ? `${file}: experiments[${index}]` : file;
      problems.push(...issuesOf(parsed.error, where, experiment));
      return [];
    });
  }
  if (!isChaosToolkit(document)) {
    problems.push({
      field: file,
      value: undefined,
      allowed:
        "a Chaos Toolkit journal (chaos run --journal-path), or what aws fis get-experiment or " +
        "list-experiments prints as JSON",
    });
    return [];
  }
  const parsed = chaosToolkitSchema.safeParse(document);
  if (parsed.success) return [chaosToolkitRecord(parsed.data, name, sha256)];
  problems.push(...issuesOf(parsed.error, file, document));
  return [];
}

function issuesOf(error: z.ZodError, where: string, document: unknown): Problem[] {
  return error.issues.map((issue) => ({
    field: `${where}: ${issue.path.join(".")}`,
    value: issue.path.reduce<unknown>((at, key) => Object(at)[key], document),
    allowed: issue.message,
  }));
}

function twice(records: readonly IngestedRecord[]): Problem[] {
  const seen = new Map<string, string>();
  return records.flatMap(({ id, source: { file } }): Problem[] => {
    const before = seen.get(id);
    seen.set(id, file);
    return before === undefined
      ? []
      : [{ field: file, value: id, allowed: `once: ${before} has it` }];
  });
}
