/** What STS needs of IAM. */
import type { Principal } from "../service.ts";

export interface RoleSessions {
  /** Undefined when the role does not exist or does not trust `caller`. */
  assume(
    caller: Principal,
    roleArn: string,
    sessionName: string,
    durationSeconds: number,
    externalId: string | undefined,
  ):
    | {
        readonly credentials: {
          readonly accessKeyId: string;
          readonly secretAccessKey: string;
          readonly sessionToken: string;
        };
        readonly principal: Principal;
        /** `AROA…:session`. */
        readonly userId: string;
      }
    | undefined;
  /** `AROA…:session` of a role session. */
  userIdOf(caller: Principal): string | undefined;
}
