/** The environment variables of a function's process. */
import { dirname } from "node:path";
import { REGION } from "../service.ts";
import { type Balancer, withAddresses } from "./addresses.ts";
import type { FunctionRecord } from "./store.ts";

export interface ProcessPlace {
  readonly endpoint: string;
  readonly runtimeApi: string;
  readonly logStream: string;
  /** HOME and TMPDIR: no person's AWS configuration, no file of another environment. */
  readonly directory: string;
  /** Whose names in variables become addresses. */
  readonly balancers: readonly Balancer[];
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
export function processEnvironment(
  { name, configuration, code }: FunctionRecord,
  place: ProcessPlace,
): Record<string, string> {
  return {
    ...withAddresses(configuration.variables ?? {}, place.balancers),
    // The lab's place comes last: nothing that runs in it may call anything else.
    AWS_ENDPOINT_URL: place.endpoint,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ACCESS_KEY_ID: place.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: place.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: place.credentials.sessionToken,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: configuration.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: place.logStream,
    AWS_LAMBDA_RUNTIME_API: place.runtimeApi,
    LAMBDA_TASK_ROOT: code.directory,
    LAMBDA_RUNTIME_DIR: import.meta.dirname,
    _HANDLER: configuration.handler,
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: place.directory,
    TMPDIR: place.directory,
    LANG: "en_US.UTF-8",
    TZ: "UTC",
  };
}
