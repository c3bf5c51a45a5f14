/** A drill's definition out of a YAML file or a TypeScript module, or every mistake in it at once. */
import { dirname, extname, resolve } from "node:path";
import { messageOf, type Problem, refuseProblems, usageError } from "../../base/errors.ts";
import { loadDefault } from "../moduleFile.ts";
import {
  memberName,
  parseYaml,
  type PlacedProblem,
  readText,
  shapeProblems,
} from "../yaml/document.ts";
import { buildDefinition, type Definition } from "./definition.ts";
import { crossProblems, definitionSchema, type RawDefinition } from "./schema.ts";

const MODULES = new Set([".ts", ".mts", ".js", ".mjs"]);
const FILES = new Set([".yaml", ".yml", ".json"]);
const WHAT = "the drill's definition";

/** Whether a command's argument names a definition's file, and no fault of the catalogue. */
export function isDefinitionFile(text: string): boolean {
  return MODULES.has(extname(text)) || FILES.has(extname(text));
}

/**
 * @throws BackoutError `no-definition`, `module-not-loaded`, or `bad-input` with every problem: of YAML
 *   with line and column, of a module with its member
 */
export async function readDefinition(path: string): Promise<Definition> {
  const directory = dirname(resolve(path));
  const raw = MODULES.has(extname(path)) ? await ofModule(path) : ofFile(path);
  return buildDefinition(raw, directory);
}

/** Of YAML's text; `path` is what the problems call it. */
export function parseDefinition(text: string, path: string): RawDefinition {
  return definitionSchema.parse(parseYaml(text, path, WHAT, problemsIn));
}

function ofFile(path: string): RawDefinition {
  const fix = "give the path of a YAML file with one drill";
  return parseDefinition(readText(path, WHAT, "no-definition", fix), path);
}

async function ofModule(path: string): Promise<RawDefinition> {
  const raw = await loadDefault(resolve(path));
  const problems = lookedAt(path, raw).map(({ path: where, key, ...problem }): Problem => {
    const member = memberName(key === undefined ? where : [...where, key]);
    return Object.assign(problem, {
      field: `${path}: ${member === "" ? "default export" : member}`,
    });
  });
  refuseProblems(WHAT, problems);
  return definitionSchema.parse(raw);
}

/** A member of a module may be code, which throws. */
function lookedAt(path: string, raw: unknown): PlacedProblem[] {
  try {
    return problemsIn(raw);
  } catch (error) {
    const fix = "export plain values";
    const what = `the default export of ${path} cannot be read: ${messageOf(error)}`;
    throw usageError("module-not-loaded", what, fix);
  }
}

function problemsIn(raw: unknown): PlacedProblem[] {
  return [...shapeProblems(definitionSchema, raw), ...crossProblems(raw)];
}
