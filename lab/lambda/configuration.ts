/** A function's configuration: checked on its way in, rendered on its way out. */
import type {
  CreateFunctionRequest,
  FunctionConfiguration,
  UpdateFunctionConfigurationRequest,
} from "@aws-sdk/client-lambda";
import { notImplemented, refuseUnsupported } from "../supported.ts";
import type { RoleAuthority } from "./ports.ts";
import type { Configuration, FunctionRecord } from "./store.ts";
import { parseDeadLetter, refusalOf, type Target } from "./targets.ts";
import { checkRange, invalid } from "./validation.ts";

/** The one runtime that this Node is. */
const RUNTIME = "nodejs24.x";
const MAX_VARIABLES_BYTES = 4096;
/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const RESERVED_VARIABLES = new Set([
  "_HANDLER",
  "_X_AMZN_TRACE_ID",
  "AWS_DEFAULT_REGION",
  "AWS_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_LAMBDA_RUNTIME_API",
  "LAMBDA_TASK_ROOT",
  "LAMBDA_RUNTIME_DIR",
]);
const SETTABLE = [
  "FunctionName",
  "Role",
  "Handler",
  "Description",
  "Timeout",
  "MemorySize",
  "Environment",
  "Runtime",
  "EphemeralStorage",
  "LoggingConfig",
  "DeadLetterConfig",
  "RevisionId",
];
const CREATE = [...SETTABLE, "Code", "Tags", "Architectures"];

type Settings = CreateFunctionRequest | UpdateFunctionConfigurationRequest;

/** Throws `NotImplemented` for what a local process cannot be: layers, images, a VPC, tracing. */
export function refuseForeign(operation: string, input: Settings): void {
  const meant = Object.entries(input).filter(([name, value]) => !isDefault(name, value));
  refuseUnsupported(
    operation,
    Object.fromEntries(meant),
    operation === "CreateFunction" ? CREATE : SETTABLE,
  );
}

/** What clients fill in where a user wrote nothing, as JSON without its empty lists. */
const DEFAULTS: Readonly<Record<string, readonly string[]>> = {
  Publish: ["false"],
  PackageType: ['"Zip"'],
  TracingConfig: ["{}", '{"Mode":"PassThrough"}'],
  SnapStart: ["{}", '{"ApplyOn":"None"}'],
  VpcConfig: ["{}", '{"Ipv6AllowedForDualStack":false}'],
  KMSKeyArn: ['""'],
};

function isDefault(name: string, value: unknown): boolean {
  const known = DEFAULTS[name];
  if (!known) return false;
  return known.includes(JSON.stringify(value, withoutEmptyLists));
}

function withoutEmptyLists(_: string, value: unknown): unknown {
  return Array.isArray(value) && value.length === 0 ? undefined : value;
}

/** `input` over `before` over Lambda's defaults. */
export function checkConfiguration(
  operation: string,
  input: Settings,
  functionName: string,
  credentials: RoleAuthority,
  before?: Configuration,
): Configuration {
  refuseForeign(operation, input);
  const runtime = input.Runtime ?? before?.runtime;
  if (runtime !== RUNTIME) throw notImplemented(operation, `the runtime ${runtime}`);
  const handler = input.Handler ?? before?.handler ?? "";
  if (!/^[^\s]{1,128}$/.test(handler)) {
    throw invalid("Runtime and Handler are mandatory parameters for functions created with zip.");
  }
  const role = input.Role ?? before?.role ?? "";
  checkRole(role, functionName, credentials);
  const logging = input.LoggingConfig;
  if (logging) refuseUnsupported(operation, logging, ["LogFormat", "LogGroup"]);
  if ((logging?.LogFormat ?? "Text") !== "Text") {
    throw notImplemented(operation, `LoggingConfig.LogFormat ${logging?.LogFormat}`);
  }
  const storage = input.EphemeralStorage?.Size ?? before?.ephemeralMegabytes ?? 512;
  return {
    role,
    runtime: RUNTIME,
    handler,
    description: input.Description ?? before?.description ?? "",
    timeoutSeconds: checkRange("timeout", input.Timeout ?? before?.timeoutSeconds ?? 3, 1, 900),
    memoryMegabytes: checkRange(
      "memorySize",
      input.MemorySize ?? before?.memoryMegabytes ?? 128,
      128,
      10_240,
    ),
    variables: input.Environment
      ? checkVariables(input.Environment.Variables ?? {})
      : before?.variables,
    ephemeralMegabytes: checkRange("ephemeralStorage.size", storage, 512, 10_240),
    logGroup: logging?.LogGroup ?? before?.logGroup ?? `/aws/lambda/${functionName}`,
    deadLetter: input.DeadLetterConfig
      ? checkDeadLetter(
          operation,
          input.DeadLetterConfig.TargetArn,
          role,
          functionName,
          credentials,
        )
      : before?.deadLetter,
  };
}

/** An empty ARN takes the dead-letter queue away. */
function checkDeadLetter(
  operation: string,
  arn: string | undefined,
  role: string,
  functionName: string,
  credentials: RoleAuthority,
): Target | undefined {
  if (!arn) return undefined;
  const target = parseDeadLetter(operation, arn);
  if (refusalOf(target, role, functionName, credentials) === undefined) return target;
  throw invalid("The provided execution role does not have permissions to call Publish on SNS");
}

function checkRole(role: string, functionName: string, credentials: RoleAuthority): void {
  try {
    credentials.issue(role, functionName, "lambda.amazonaws.com");
  } catch (error) {
    throw Object.assign(invalid("The role defined for the function cannot be assumed by Lambda."), {
      cause: error,
    });
  }
}

function checkVariables(variables: Record<string, string>): Record<string, string> {
  const names = Object.keys(variables);
  const reserved = names.filter((name) => RESERVED_VARIABLES.has(name));
  if (reserved.length > 0) {
    throw invalid(
      "Lambda was unable to configure your environment variables because the environment " +
        "variables you have provided contains reserved keys that are currently not supported for " +
        `modification. Reserved keys used in this request: ${reserved.join(", ")}`,
    );
  }
  if (!names.every((name) => /^[A-Za-z][A-Za-z0-9_]+$/.test(name))) {
    throw invalid("Environment variable names must match [a-zA-Z]([a-zA-Z0-9_])+");
  }
  if (Buffer.byteLength(JSON.stringify(variables)) > MAX_VARIABLES_BYTES) {
    throw invalid(
      "Lambda was unable to configure your environment variables because the environment " +
        "variables you have provided exceeded the 4KB limit.",
    );
  }
  return variables;
}

export function renderConfiguration(found: FunctionRecord): FunctionConfiguration {
  const { configuration, code } = found;
  return {
    FunctionName: found.name,
    FunctionArn: found.arn,
    Runtime: configuration.runtime,
    Role: configuration.role,
    Handler: configuration.handler,
    CodeSize: code.bytes,
    CodeSha256: code.sha256,
    Description: configuration.description,
    Timeout: configuration.timeoutSeconds,
    MemorySize: configuration.memoryMegabytes,
    LastModified: new Date(found.lastModified).toISOString().replace("Z", "+0000"),
    Version: "$LATEST",
    TracingConfig: { Mode: "PassThrough" },
    RevisionId: found.revisionId,
    State: "Active",
    LastUpdateStatus: "Successful",
    PackageType: "Zip",
    Architectures: [...found.architectures],
    EphemeralStorage: { Size: configuration.ephemeralMegabytes },
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    LoggingConfig: { LogFormat: "Text", LogGroup: configuration.logGroup },
    ...(configuration.deadLetter && {
      DeadLetterConfig: { TargetArn: configuration.deadLetter.arn },
    }),
    ...(configuration.variables && { Environment: { Variables: { ...configuration.variables } } }),
  };
}
