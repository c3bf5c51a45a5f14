/** The SDK's client and commands of a service, found by name in what its package exports. */
import { CREDENTIALS } from "./labServer.ts";

export interface Client {
  send(command: object): Promise<object>;
  destroy(): void;
}

function isClient(value: unknown): value is new (settings: object) => Client {
  return typeof value === "function";
}

function isCommand(value: unknown): value is new (input: object) => object {
  return typeof value === "function";
}

export function newClient(exported: Record<string, unknown>, endpoint: string): Client {
  const name = Object.keys(exported).find((key) => /^[A-Z].*Client$/.test(key)) ?? "";
  const constructor = exported[name];
  if (!isClient(constructor)) throw new Error("the SDK exports no client");
  return new constructor({
    region: "us-east-1",
    endpoint,
    credentials: CREDENTIALS,
    maxAttempts: 1,
    // Of S3 alone: a bucket in the host name would be looked for in the DNS.
    forcePathStyle: true,
  });
}

export function newCommand(
  exported: Record<string, unknown>,
  operation: string,
  input: object,
): object {
  const constructor = exported[`${operation}Command`];
  if (!isCommand(constructor)) throw new Error(`the SDK exports no ${operation}Command`);
  return new constructor(input);
}
