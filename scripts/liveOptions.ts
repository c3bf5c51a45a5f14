/** The options of every command that can work on a real account. */
import { Option } from "commander";

/** `--live` alone is not enough, and nothing of a file or a variable stands in for it or for `--account`. */
export function liveOptions(): Option[] {
  return [
    new Option(
      "--live",
      "on the AWS account that --account names, by the AWS SDK's own credentials, and not in a lab " +
        "(so far never run against AWS itself, only against a lab in its place)",
    ),
    new Option("--account <id>", "with --live: the 12 digits that the credentials must be of"),
    new Option("--region <name>", "with --live (default: AWS_REGION, or the profile's)"),
    new Option("--profile <name>", "with --live: whose credentials (default: the AWS SDK's chain)"),
  ];
}
