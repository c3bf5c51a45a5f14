/** Options that several commands share, parsed and refused in one voice. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { commandLine } from "./paths.ts";

/** Faster than this, a socket's real latency would outweigh the nominal minute that it stands in. */
const FASTEST = 100;
const SLOWEST = 0.1;

export function speedOption(fallback: number): Option {
  return new Option(
    "--speed <n>",
    `nominal seconds per wall second, ${SLOWEST} to ${FASTEST}; waiting is scaled, work is not`,
  )
    .default(fallback)
    .argParser((text) =>
      numberBetween(text, SLOWEST, FASTEST, "work takes wall time and would swamp the figures"),
    );
}

export function portOption(fallback: number): Option {
  return new Option("--port <n>", "port of the lab on 127.0.0.1; 0 takes a free one")
    .default(fallback)
    .argParser((text) => {
      const port = numberBetween(text, 0, 65_535);
      if (!Number.isInteger(port)) throw new InvalidArgumentError("allowed: a whole number.");
      return port;
    });
}

export function jsonOption(): Option {
  return new Option("--json", "one JSON document on stdout, diagnostics on stderr");
}

export function endpointOption(): Option {
  return new Option(
    "--endpoint <url>",
    "the lab to use; else AWS_ENDPOINT_URL, else the lab that this project started last",
  );
}

/** A parameter of the fault, as often as wanted; its range is the fault's own business. */
export function setOption(): Option {
  return new Option(
    "--set <name=value>",
    `a parameter of the fault (see \`${commandLine("drill list")}\`)`,
  )
    .default({}, "the fault's own")
    .argParser((text, before: Readonly<Record<string, unknown>>) => {
      const [, name, value = ""] = /^([^=\s]+)=(.+)$/.exec(text) ?? [];
      if (name === undefined) throw new InvalidArgumentError("allowed: such as share=0.5.");
      return { ...before, [name]: Number.isFinite(Number(value)) ? Number(value) : value };
    });
}

function numberBetween(text: string, min: number, max: number, why?: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= min && value <= max) return value;
  throw new InvalidArgumentError(
    `allowed: a number from ${min} to ${max}${why === undefined ? "" : ` (${why})`}.`,
  );
}

/** Adds several options at once. */
export function withOptions(command: Command, options: readonly Option[]): Command {
  for (const option of options) command.addOption(option);
  return command;
}
