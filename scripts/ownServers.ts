/** `--blue CMD --green CMD`: any two HTTP servers in place of the example's releases. */
import { type Problem, refuseProblems } from "../base/errors.ts";
import type { ImageTable } from "../lab/ecs/images.ts";

export interface OwnServersOptions {
  readonly blue?: string;
  readonly green?: string;
  readonly healthPath?: string;
}

export interface Releases {
  readonly images: ImageTable;
  /** What overrides the example stack's configuration. */
  readonly config: Readonly<Record<string, string>>;
}

/**
 * The images and the configuration for servers of one's own; undefined when there are none. Each
 * command is a shell's; the server must listen on PORT, which each of them gets for itself.
 *
 * @throws BackoutError `bad-input` with every problem of the options
 */
export function ownServers(options: OwnServersOptions): Releases | undefined {
  const { blue, green, healthPath } = options;
  const problems: Problem[] = [];
  const given = blue !== undefined || green !== undefined;
  for (const [field, command] of [
    ["--blue", blue],
    ["--green", green],
  ] as const) {
    if (given && (command === undefined || command.trim() === "")) {
      problems.push({
        field,
        value: command,
        allowed: "a command that starts an HTTP server on $PORT",
        fix: "give both --blue and --green",
      });
    }
  }
  if (healthPath !== undefined && !/^\/\S*$/.test(healthPath)) {
    problems.push({
      field: "--health-path",
      value: healthPath,
      allowed: "a path that begins with /",
    });
  }
  if (healthPath !== undefined && !given) {
    problems.push({
      field: "--health-path",
      value: healthPath,
      allowed: "only beside --blue and --green",
    });
  }
  refuseProblems("the demo's own servers", problems);
  if (blue === undefined || green === undefined) return undefined;
  return {
    images: { "own/blue": inShell(blue), "own/green": inShell(green) },
    config: {
      "backout:blueRelease": "own/blue:1",
      "backout:greenRelease": "own/green:1",
      "backout:healthCheckPath": healthPath ?? "/",
    },
  };
}

function inShell(command: string): ImageTable[string] {
  return { command: ["/bin/sh", "-c", command], cwd: process.cwd() };
}
