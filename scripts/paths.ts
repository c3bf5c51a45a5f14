/** Where things are: the package itself, the project a person works in, and Backout's own files. */
import { existsSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** `.ts` in a clone, `.js` in the published package. */
export const SOURCE_EXTENSION = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

/** The directory that holds `scripts/`, `lab/`, `infra/`. */
export const packageDirectory = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The Pulumi project that commands work on: in a clone the clone, for an installed package the
 * nearest directory above the current one that has a Pulumi.yaml.
 */
export function projectDirectory(): string {
  if (!packageDirectory.includes(`${sep}node_modules${sep}`)) return packageDirectory;
  for (let directory = process.cwd(); ; directory = dirname(directory)) {
    if (existsSync(join(directory, "Pulumi.yaml"))) return directory;
    if (directory === dirname(directory)) return process.cwd();
  }
}

/**
 * Backout's own files of a project: the running lab, states, journals. `.backout` in the project,
 * or what BACKOUT_DIRECTORY says, so that several labs can run beside each other.
 */
export function ownDirectory(): string {
  return process.env["BACKOUT_DIRECTORY"] ?? join(projectDirectory(), ".backout");
}

export function sourceFile(...path: string[]): string {
  return join(packageDirectory, ...path) + SOURCE_EXTENSION;
}

/** How a person calls it from where they are: a clone has no `backout` on the path. */
export function commandLine(args: string): string {
  return `${SOURCE_EXTENSION === ".ts" ? "npx " : ""}backout ${args}`;
}

interface Account {
  readonly account: string;
  readonly region: string;
}

/** What was run in a lab says nothing of an account's environment of the same name. */
export function runsDirectory(live?: Account): string {
  return live ? join(ownDirectory(), "live", `${live.account}-${live.region}`) : ownDirectory();
}

/** Where drills write when nobody says where. */
export function defaultJournalDirectory(live?: Account): string {
  return join(runsDirectory(live), "journal");
}
