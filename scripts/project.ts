/** Reads a Pulumi project: its name, its program, and one stack's configuration. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { messageOf, usageError } from "../base/errors.ts";

const projectSchema = z.object({ name: z.string(), main: z.string().default("index.ts") });

const stackSchema = z.object({
  config: z
    .record(
      z.string(),
      z.union([
        z.string(),
        z.number(),
        z.boolean(),
        z.array(z.unknown()),
        z.object({ secure: z.string() }),
        z.record(z.string(), z.unknown()),
      ]),
    )
    .default({}),
});

export interface Project {
  readonly name: string;
  /** The program's entry, relative to `directory`. */
  readonly main: string;
  readonly directory: string;
}

export function readProject(directory: string): Project {
  const file = join(directory, "Pulumi.yaml");
  if (!existsSync(file)) {
    throw usageError(
      "no-project",
      `there is no Pulumi.yaml in ${directory} or above`,
      "run this inside a Pulumi project",
    );
  }
  const project = parseYaml(file, projectSchema);
  return { ...project, directory };
}

/** The stack's configuration by full key; structured values as JSON text, as Pulumi hands them on. */
export function readStackConfig(project: Project, stack: string): Record<string, string> {
  // It becomes part of file names: a path in it would lead out of the project.
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(stack)) {
    throw usageError(
      "bad-stack",
      `--stack: ${JSON.stringify(stack)} - allowed: letters, digits, -, _ and ., not beginning with .`,
      "name a stack as in Pulumi.NAME.yaml",
    );
  }
  const file = join(project.directory, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) {
    throw usageError(
      "unknown-stack",
      `stack "${stack}" has no configuration: ${file} does not exist`,
      "name a stack with --stack whose file is there, or write that file",
    );
  }
  const { config } = parseYaml(file, stackSchema);
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      if (typeof value === "object" && "secure" in value) {
        throw usageError(
          "secret-config",
          `${file}: "${key}" is encrypted, and only the Pulumi CLI can decrypt it`,
          `give a value for the lab with --config ${key}=VALUE`,
        );
      }
      const full = key.includes(":") ? key : `${project.name}:${key}`;
      return [full, typeof value === "object" ? JSON.stringify(value) : String(value)];
    }),
  );
}

/** `--config key=value`, the key with or without its namespace; every bad one is reported at once. */
export function parseOverrides(project: Project, pairs: readonly string[]): Record<string, string> {
  const bad = pairs.filter((pair) => !/^[^=\s]+=/.test(pair));
  if (bad.length > 0) {
    throw usageError(
      "bad-config",
      `--config: ${bad.map((pair) => `"${pair}"`).join(", ")} - allowed: KEY=VALUE`,
      "write for instance --config backout:errorRatePercent=2",
    );
  }
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      const key = pair.slice(0, at);
      return [key.includes(":") ? key : `${project.name}:${key}`, pair.slice(at + 1)];
    }),
  );
}

function parseYaml<T extends z.ZodType>(file: string, schema: T): z.infer<T> {
  try {
    return schema.parse(parse(readFileSync(file, "utf8")) ?? {});
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw usageError("bad-yaml", `${file} cannot be read: ${detail}`);
  }
}
