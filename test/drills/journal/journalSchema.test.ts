/** The published schema is the one that the code checks by. To write it anew: UPDATE_SCHEMA=1. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { journalJsonSchema } from "../../../drills/journal/journalSchema.ts";

const path = join(import.meta.dirname, "../../../docs/journal.schema.json");

test("docs/journal.schema.json is what the code checks by", () => {
  const text = `${JSON.stringify(journalJsonSchema(), null, 2)}\n`;
  if (process.env["UPDATE_SCHEMA"]) writeFileSync(path, text);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(JSON.parse(text));
});
