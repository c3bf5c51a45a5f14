/** The environment variables of a container's process. */
import { dirname } from "node:path";
import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { REGION } from "../service.ts";
import type { ImageMapping } from "./images.ts";

export interface EnvironmentParts {
  readonly container: ContainerDefinition;
  readonly mapping: ImageMapping;
  /** containerPort to local port, of all containers of the task. */
  readonly localPorts: ReadonlyMap<number, number>;
  /** Also HOME, so that no process finds a person's own AWS credentials. */
  readonly directory: string;
  readonly endpoint: string;
  /** Of the task role, when there is one. */
  readonly credentials:
    | {
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
        readonly sessionToken: string;
      }
    | undefined;
}

/**
 * Later ones win: what every process has, what the container definition sets, what stands for the
 * task's place (endpoint, credentials, ports), what the image's mapping sets.
 * Throws when the mapping names a port that no container of the task maps.
 */
export function processEnvironment(parts: EnvironmentParts): Record<string, string> {
  const { container, mapping, localPorts, credentials } = parts;
  const firstPort = localPorts.get(container.portMappings?.[0]?.containerPort ?? 0);
  return {
    // The lab's own Node first: `node` in a mapping then is the one that runs the lab.
    PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? "/usr/bin:/bin"}`,
    HOME: parts.directory,
    TMPDIR: parts.directory,
    LANG: "C.UTF-8",
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EXECUTION_ENV: "AWS_ECS_FARGATE",
    ...Object.fromEntries(
      (container.environment ?? []).map(({ name, value }) => [name ?? "", value ?? ""]),
    ),
    AWS_ENDPOINT_URL: parts.endpoint,
    AWS_EC2_METADATA_DISABLED: "true",
    ...(credentials && {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
    }),
    HOST: "127.0.0.1",
    ...(firstPort !== undefined && { PORT: String(firstPort) }),
    ...Object.fromEntries(
      Object.entries(mapping.env ?? {}).map(([name, value]) => [
        name,
        withPorts(value, localPorts),
      ]),
    ),
  };
}

function withPorts(value: string, localPorts: ReadonlyMap<number, number>): string {
  return value.replaceAll(/\{port:(\d+)\}/g, (placeholder, containerPort: string) => {
    const local = localPorts.get(Number(containerPort));
    if (local !== undefined) return String(local);
    const known = [...localPorts.keys()].join(", ") || "none";
    throw new Error(
      `${placeholder} in the image's mapping: the task's container ports are ${known}`,
    );
  });
}

/** `registry/app:1.2@sha256:…` without its tag and digest. A registry's port is no tag. */
export function imageName(image: string): string {
  return image.replace(/@.*$/, "").replace(/:[^:/]*$/, "");
}
