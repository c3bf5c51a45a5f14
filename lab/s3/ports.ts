/** What S3 asks of the rest of the lab. */
import type { Principal } from "../service.ts";

export interface S3Ports {
  /** For what an operation needs beside its own action. Throws `AccessDenied`. */
  require(principal: Principal, action: string, resource: string): void;
}
