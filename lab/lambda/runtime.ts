/**
 * What runs in a function's process: loads the handler and works through invocations over the
 * Runtime API, as the managed Node.js 24 runtime does. Depends on nothing but Node, for it runs as
 * a program of its own.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { existsSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

type Handler = (event: unknown, context: object) => unknown;

const api = `http://${process.env["AWS_LAMBDA_RUNTIME_API"]}/2018-06-01/runtime`;
const writeOut = process.stdout.write.bind(process.stdout);
const writeError = process.stderr.write.bind(process.stderr);
let requestId = "";

class RuntimeError extends Error {
  constructor(type: string, message: string) {
    super(message);
    this.name = `Runtime.${type}`;
  }
}

/** The lab puts the time in front of lines that begin with \u0001: it has the nominal clock. */
function patchConsole(): void {
  const levels = {
    log: "INFO",
    info: "INFO",
    warn: "WARN",
    error: "ERROR",
    debug: "DEBUG",
    trace: "TRACE",
  } as const;
  for (const [method, level] of Object.entries(levels)) {
    const log = (...values: unknown[]): void => {
      // A carriage return keeps a message of several lines one event, as on AWS.
      const text = format(...values).replaceAll("\n", "\r");
      writeOut(`\u0001${requestId}\t${level}\t${text}\n`);
    };
    Object.assign(console, { [method]: log });
  }
}

interface Reply {
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

function call(method: string, path: string, body = ""): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(`${api}${path}`, { method }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on("data", (chunk: Buffer) => chunks.push(chunk));
      reply.on("end", () => {
        resolve({ headers: reply.headers, body: Buffer.concat(chunks).toString("utf8") });
      });
      reply.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function describeError(thrown: unknown): string {
  if (!(thrown instanceof Error)) {
    return JSON.stringify({
      errorType: typeof thrown,
      errorMessage: typeof thrown === "string" ? thrown : (JSON.stringify(thrown) ?? "undefined"),
      trace: [],
    });
  }
  return JSON.stringify({
    errorType: thrown.name,
    errorMessage: thrown.message,
    trace: (thrown.stack ?? "").split("\n"),
  });
}

async function loadHandler(): Promise<Handler> {
  const root = process.env["LAMBDA_TASK_ROOT"] ?? "";
  const name = process.env["_HANDLER"] ?? "";
  const [, file = "", member = ""] = /^((?:.*\/)?[^./]+)\.(.+)$/.exec(name) ?? [];
  if (file === "") throw new RuntimeError("MalformedHandlerName", "Bad handler");
  const path = [".js", ".mjs", ".cjs"]
    .map((extension) => join(root, `${file}${extension}`))
    .find((candidate) => existsSync(candidate));
  if (!path) {
    throw new RuntimeError("ImportModuleError", `Error: Cannot find module '${file}'`);
  }
  const module: unknown = await import(pathToFileURL(path).href).catch((error: unknown) => {
    if (error instanceof SyntaxError) throw new RuntimeError("UserCodeSyntaxError", String(error));
    throw error;
  });
  return findHandler(module, member, name);
}

function findHandler(module: unknown, member: string, name: string): Handler {
  const walk = (from: unknown): unknown =>
    member.split(".").reduce<unknown>((value, key) => {
      const holds = value !== null && (typeof value === "object" || typeof value === "function");
      return holds ? Reflect.get(value, key) : undefined;
    }, from);
  const handler = walk(module) ?? walk(Reflect.get(Object(module), "default"));
  if (!isHandler(handler)) {
    throw new RuntimeError("HandlerNotFound", `${name} is undefined or not exported`);
  }
  if (handler.length >= 3) {
    throw new RuntimeError(
      "CallbackHandlerDeprecated",
      "AWS Lambda has removed support for callback-based function handlers starting with " +
        "Node.js 24. You need to modify this function to use a supported handler signature to use " +
        "Node.js 24 or later.",
    );
  }
  return handler;
}

function isHandler(value: unknown): value is Handler {
  return typeof value === "function";
}

function contextOf(headers: Reply["headers"]): object {
  const deadlineMs = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env["AWS_LAMBDA_FUNCTION_NAME"],
    functionVersion: process.env["AWS_LAMBDA_FUNCTION_VERSION"],
    memoryLimitInMB: process.env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
    logGroupName: process.env["AWS_LAMBDA_LOG_GROUP_NAME"],
    logStreamName: process.env["AWS_LAMBDA_LOG_STREAM_NAME"],
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

async function fail(path: string, thrown: unknown, title: string): Promise<void> {
  const description = describeError(thrown);
  console.error(`${title}\t${description}`);
  flush();
  await call("POST", path, description);
}

/** Tells the lab that it has every line of this invocation. */
function flush(): void {
  writeOut(`\u0000${requestId}\n`);
  writeError(`\u0000${requestId}\n`);
}

async function work(handler: Handler): Promise<void> {
  for (;;) {
    const { headers, body } = await call("GET", "/invocation/next");
    requestId = String(headers["lambda-runtime-aws-request-id"]);
    const path = `/invocation/${requestId}`;
    try {
      const result = await handler(JSON.parse(body), contextOf(headers));
      const answer = JSON.stringify(result) ?? "null";
      flush();
      await call("POST", `${path}/response`, answer);
    } catch (error) {
      await fail(`${path}/error`, error, "Invoke Error");
    }
  }
}

/** What nobody caught ends the process, as in the managed runtime. */
async function crash(thrown: unknown, title: string): Promise<void> {
  const path = requestId === "" ? "/init/error" : `/invocation/${requestId}/error`;
  await fail(path, thrown, title);
  process.exit(1);
}

patchConsole();
process.on("uncaughtException", (error) => void crash(error, "Uncaught Exception"));
process.on("unhandledRejection", (reason) => void crash(reason, "Unhandled Promise Rejection"));
try {
  await work(await loadHandler());
} catch (error) {
  await crash(error, "Init Error");
}
