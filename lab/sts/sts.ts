/** STS: who is calling, and sessions of roles. */
import type {
  AssumeRoleRequest,
  AssumeRoleResponse,
  GetCallerIdentityResponse,
} from "@aws-sdk/client-sts";

import type { Call, LabCore, LabService, Operation } from "../service.ts";
import { ACCOUNT_ID, AwsError, ServiceName } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import type { RoleSessions } from "./ports.ts";

export class Sts implements LabService {
  readonly name = ServiceName.Sts;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #core: LabCore;
  readonly #roles: RoleSessions;

  constructor(core: LabCore, roles: RoleSessions) {
    this.#core = core;
    this.#roles = roles;
    this.operations = {
      AssumeRole: (input: AssumeRoleRequest, call: Call) => this.#assumeRole(input, call),
      GetCallerIdentity: (_input: object, call: Call) => this.#callerIdentity(call),
    };
  }

  resourcesOf(operation: string, input: Record<string, unknown>): readonly string[] {
    const roleArn = input["RoleArn"];
    return operation === "AssumeRole" && typeof roleArn === "string" ? [roleArn] : ["*"];
  }

  #callerIdentity({ principal }: Call): GetCallerIdentityResponse {
    return {
      UserId: this.#roles.userIdOf(principal) ?? "LABUSER",
      Account: ACCOUNT_ID,
      Arn: principal.arn,
    };
  }

  #assumeRole(input: AssumeRoleRequest, { principal: caller }: Call): AssumeRoleResponse {
    refuseUnsupported("AssumeRole", input, [
      "RoleArn",
      "RoleSessionName",
      "DurationSeconds",
      "ExternalId",
    ]);
    const roleArn = input.RoleArn ?? "";
    if (!roleArn.startsWith("arn:aws:iam::")) {
      throw new AwsError("ValidationError", `${roleArn} is invalid`);
    }
    const sessionName = input.RoleSessionName ?? "";
    if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
      throw invalid(sessionName, "roleSessionName", String.raw`pattern: [\w+=,.@-]{2,64}`);
    }
    const seconds = input.DurationSeconds ?? 3600;
    if (seconds < 900 || seconds > 43_200) {
      throw invalid(String(seconds), "durationSeconds", "range: 900 to 43200");
    }
    // Role chaining is limited to one hour (STS API reference).
    if (caller.kind === "role" && seconds > 3600) {
      throw new AwsError(
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
      );
    }
    const assumed = this.#roles.assume(caller, roleArn, sessionName, seconds, input.ExternalId);
    if (!assumed) {
      throw new AwsError(
        "AccessDenied",
        `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
        403,
      );
    }
    const { credentials, principal, userId } = assumed;
    return {
      Credentials: {
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        SessionToken: credentials.sessionToken,
        Expiration: new Date(this.#core.clock.now() + seconds * 1000),
      },
      AssumedRoleUser: { AssumedRoleId: userId, Arn: principal.arn },
    };
  }
}

function invalid(value: string, member: string, rule: string): AwsError {
  return new AwsError(
    "ValidationError",
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ` +
      `Member must satisfy regular expression ${rule}`,
  );
}
