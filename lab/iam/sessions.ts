/** Temporary credentials: which role session an access key id stands for, and until when. */
import { randomBytes } from "node:crypto";

import type { Clock } from "../../base/clock.ts";
import type { Principal } from "../service.ts";
import { ACCOUNT_ID, ROLE_KEY_PREFIX } from "../service.ts";
import type { IamStore, Role } from "./store.ts";
import { uniqueId } from "./store.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

interface Session {
  readonly roleName: string;
  readonly roleId: string;
  readonly name: string;
  /** Nominal; undefined for a workload's credentials, which ECS and Lambda keep fresh on AWS. */
  readonly expiresAtMs: number | undefined;
}

export class Sessions {
  readonly #clock: Clock;
  readonly #store: IamStore;
  readonly #sessions = new Map<string, Session>();

  constructor(clock: Clock, store: IamStore) {
    this.#clock = clock;
    this.#store = store;
  }

  open(role: Role, name: string, expiresAtMs?: number): Credentials {
    const accessKeyId = uniqueId(ROLE_KEY_PREFIX, 16);
    this.#sessions.set(accessKeyId, {
      roleName: role.name,
      roleId: role.id,
      name,
      expiresAtMs,
    });
    return {
      accessKeyId,
      secretAccessKey: randomBytes(30).toString("base64"),
      sessionToken: randomBytes(96).toString("base64"),
    };
  }

  /** Undefined for keys never issued, expired ones, and those of a role that is gone. */
  principalOf(accessKeyId: string): Principal | undefined {
    const session = this.#sessions.get(accessKeyId);
    if (!session) return undefined;
    const expired = session.expiresAtMs !== undefined && this.#clock.now() >= session.expiresAtMs;
    // By id: a new role of the same name does not revive the credentials of the old one.
    const gone = this.#store.findRole(session.roleName)?.id !== session.roleId;
    return expired || gone ? undefined : principal(session.roleName, session.name);
  }
}

export function principal(roleName: string, sessionName: string): Principal {
  return {
    kind: "role",
    arn: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${roleName}/${sessionName}`,
    roleName,
  };
}
