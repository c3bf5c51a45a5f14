/** A control plane in this process, over services that a test writes down in place. */
import { onTestFinished } from "vitest";
import { createControlPlane } from "../../../lab/server.ts";
import type { ControlPlaneOptions } from "../../../lab/server.ts";
import { ServiceName } from "../../../lab/service.ts";
import type { LabService, Operation } from "../../../lab/service.ts";

export type Handlers = Partial<Record<ServiceName, Record<string, Operation>>>;

export interface Running {
  readonly endpoint: string;
  readonly port: number;
  /** What the control plane logged. */
  readonly lines: readonly string[];
}

/** For a `send` by hand. */
export const CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" };

export function servicesOf(handlers: Handlers): LabService[] {
  return Object.values(ServiceName).map((name) => ({ name, operations: handlers[name] ?? {} }));
}

/** Stops when the test has finished. */
export async function startServer(
  handlers: Handlers,
  options: Partial<ControlPlaneOptions> = {},
): Promise<Running> {
  const lines: string[] = [];
  const plane = createControlPlane({
    core: { log: (line) => lines.push(line) },
    services: servicesOf(handlers),
    iam: { principalOf: () => undefined, authorize: () => ({ allowed: true }) },
    ...options,
  });
  const { port } = await plane.listen(0);
  onTestFinished(() => plane.close());
  return { endpoint: `http://127.0.0.1:${port}`, port, lines };
}

/** An Authorization header as a client would sign it, but for the signature. */
export function signedAs(service: string, accessKeyId = "test"): { authorization: string } {
  const scope = `${accessKeyId}/20260314/us-east-1/${service}/aws4_request`;
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
  };
}
