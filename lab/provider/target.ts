/** Where the provider sends its calls: a lab on loopback, never AWS itself. */
import { usageError } from "../../base/errors.ts";
import type { AwsTarget } from "../resources/clients.ts";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Throws unless `AWS_ENDPOINT_URL` names a loopback address. Credentials default to the lab's. */
export function targetFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): AwsTarget {
  const endpoint = environment["AWS_ENDPOINT_URL"] ?? "";
  if (!URL.canParse(endpoint) || !LOOPBACK.has(new URL(endpoint).hostname)) {
    throw usageError(
      "no-lab",
      `AWS_ENDPOINT_URL is ${endpoint === "" ? "not set" : endpoint}, but must name a lab on loopback.`,
      "Start one with `backout lab start` and export what it prints.",
    );
  }
  const sessionToken = environment["AWS_SESSION_TOKEN"];
  return {
    endpoint,
    region: environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-east-1",
    credentials: {
      accessKeyId: environment["AWS_ACCESS_KEY_ID"] ?? "test",
      secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"] ?? "test",
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
  };
}
