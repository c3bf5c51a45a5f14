/** The published JSON schema of a journal's entries: docs/journal.schema.json. */
import { z } from "zod";
import { INGESTED, ingestedRecordSchema } from "../ingest/ingested.ts";
import { drillRecordSchema, timelineEventSchema } from "../verdict/record.ts";
import { journalSampleSchema } from "../watch/samples.ts";
import { cutSchema, prunedSchema } from "./cuts.ts";
import { journalEntrySchema, JOURNAL_SCHEMA_VERSION } from "./journalEntry.ts";

const of = (type: string, data: z.ZodRawShape) =>
  journalEntrySchema.extend({ type: z.literal(type), ...data });

/** Entries whose data others may rely on; a later type is an entry like any other. */
const entry = z.union([
  of("run.started", {
    environment: z.string(),
    drill: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    clock: z.looseObject({ speed: z.number() }),
  }),
  of("sample", { sample: journalSampleSchema }),
  of("record", { record: drillRecordSchema }),
  of("swept", { environment: z.string(), residue: z.array(z.string()) }),
  of(INGESTED, { record: ingestedRecordSchema }),
  journalEntrySchema.extend(cutSchema.shape),
  journalEntrySchema.extend(prunedSchema.shape),
  journalEntrySchema.extend({ event: timelineEventSchema }),
  journalEntrySchema,
]);

export function journalJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(entry, { io: "input" });
  return {
    $schema,
    $id: "https://backout.dev/journal.schema.json",
    title: "An entry of Backout's journal of drills",
    description:
      `One line of journal.jsonl, of schema version ${JOURNAL_SCHEMA_VERSION} (head.json names it). ` +
      "hash is SHA-256 over prevHash and the line up to its own hash member, closed with a brace; " +
      "at is nominal time, wallAt wall time.",
    ...schema,
  };
}
