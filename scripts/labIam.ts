/** `backout lab iam`: the least policy that each role needed, of a lab started with `--iam=audit`. */
import { Command, Option } from "commander";
import { z } from "zod";
import { environmentError } from "../base/errors.ts";
import { IamMode } from "../lab/iam/mode.ts";
import { endpointOption, jsonOption, withOptions } from "./options.ts";
import { ExitCode, print, printJson } from "./output.ts";
import { commandLine } from "./paths.ts";
import { findLab } from "./target.ts";

export function iamOption(): Option {
  return new Option(
    "--iam <mode>",
    "enforce the policies of roles as AWS does, or audit: let roles do everything, and print at " +
      "the end the least policy that each needed",
  )
    .choices(Object.values(IamMode))
    .default(IamMode.Enforce);
}

export function iamCommand(finish: (code: ExitCode) => void): Command {
  return withOptions(
    new Command("iam").description(
      "the least policy that each role needed so far (lab start --iam=audit)",
    ),
    [endpointOption(), jsonOption()],
  ).action(async (options: { endpoint?: string; json?: boolean }) => {
    const { endpoint } = await findLab(options.endpoint);
    const roles = await askAudit(endpoint);
    if (options.json) printJson({ schemaVersion: 1, roles });
    else print(renderAudit(roles));
    finish(ExitCode.Passed);
  });
}

const rolesSchema = z.array(
  z.object({
    roleName: z.string(),
    policy: z.looseObject({ Statement: z.array(z.unknown()).readonly() }),
    refused: z
      .array(
        z.object({
          action: z.string(),
          resource: z.string(),
          message: z.string(),
          calls: z.number(),
        }),
      )
      .readonly(),
  }),
);
type Roles = readonly {
  readonly roleName: string;
  readonly policy: object;
  readonly refused: readonly { readonly message: string; readonly calls: number }[];
}[];

const answerSchema = z.union([z.object({ roles: rolesSchema }), z.object({ error: z.string() })]);

/** @throws BackoutError `iam-not-audited` for a lab that enforces policies */
export async function askAudit(endpoint: string): Promise<z.infer<typeof rolesSchema>> {
  const response = await fetch(new URL("/_lab/iam/audit", endpoint));
  const answer = answerSchema.parse(await response.json());
  if ("roles" in answer) return answer.roles;
  throw environmentError(
    "iam-not-audited",
    "this lab enforces the policies of roles and audits none",
    `\`${commandLine("lab start --iam=audit")}\` starts a lab that does`,
  );
}

/** For a terminal: a policy document per role, and what AWS would have refused. */
export function renderAudit(roles: Roles): string {
  if (roles.length === 0) return "No role called anything.";
  return roles
    .map(({ roleName, policy, refused }) => {
      const lines = [`Role ${roleName} needed:`, JSON.stringify(policy, null, 2)];
      if (refused.length > 0) lines.push("Its own policies would not have allowed:");
      lines.push(...refused.map(({ message, calls }) => `  ${calls} x ${message}`));
      return lines.join("\n");
    })
    .join("\n\n");
}
