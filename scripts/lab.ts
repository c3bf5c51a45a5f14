/** `backout lab`: start, status and stop of the embedded AWS. */
import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { environmentError } from "../base/errors.ts";
import { LAB_CREDENTIALS, LAB_REGION } from "./clients.ts";
import { readImages } from "./images.ts";
import { endpointOption, jsonOption, portOption, speedOption, withOptions } from "./options.ts";
import { diagnose, ExitCode, print, printJson } from "./output.ts";
import { commandLine, ownDirectory } from "./paths.ts";
import {
  askLab,
  forgetLab,
  type LabStatus,
  noLabRunning,
  rememberedLab,
  rememberLab,
  runningLab,
} from "./runningLab.ts";
import { loopbackEndpoint } from "./target.ts";

const DEFAULT_PORT = 4599;
/** Wall time that a detached lab gets to answer, and a stopping one to be gone. */
const PATIENCE_MS = 20_000;

interface StartOptions {
  readonly port: number;
  readonly speed: number;
  readonly images?: string;
  readonly detach?: boolean;
  readonly json?: boolean;
}

export function labCommand(finish: (code: ExitCode) => void): Command {
  const lab = new Command("lab").description("the embedded AWS: real wire protocols, real traffic");
  withOptions(lab.command("start").description("start it; stays in the foreground"), [
    portOption(DEFAULT_PORT),
    speedOption(1),
    jsonOption(),
  ])
    .option("--images <file>", "JSON: image name -> command, beside the example's own images")
    .option("--detach", `give the terminal back; \`${commandLine("lab stop")}\` ends it`)
    .action(async (options: StartOptions) => finish(await start(options)));
  withOptions(lab.command("status").description("where it answers, and its load balancers"), [
    endpointOption(),
    jsonOption(),
  ]).action(async (options: { endpoint?: string; json?: boolean }) =>
    finish(await status(options)),
  );
  withOptions(lab.command("stop").description("stop it and everything that runs in it"), [
    jsonOption(),
  ]).action(async (options: { json?: boolean }) => finish(await stop(options)));
  return lab;
}

async function start(options: StartOptions): Promise<ExitCode> {
  const running = await runningLab();
  if (running) {
    throw environmentError(
      "lab-already-running",
      `a lab of this project is already running at ${running.endpoint} (process ${running.pid})`,
      `use it, or stop it first with \`${commandLine("lab stop")}\``,
    );
  }
  const images = readImages(options.images);
  if (options.detach) return startDetached(options);

  const { startLab } = await import("../lab/lab.ts");
  const lab = await startLab({
    port: options.port,
    speed: options.speed,
    images,
    log: (line) => diagnose(line),
  });
  rememberLab({ id: lab.id, endpoint: lab.endpoint, pid: process.pid });
  announce(lab.status(), options.json ?? false);
  await untilSignal();
  await lab.stop();
  forgetLab(lab.id);
  return ExitCode.Passed;
}

/** Resolves at SIGINT or SIGTERM; a second one ends the process where it is. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.once(signal, () => resolve());
    }
  });
}

async function startDetached(options: StartOptions): Promise<ExitCode> {
  mkdirSync(ownDirectory(), { recursive: true });
  const logFile = join(ownDirectory(), "lab.log");
  const log = openSync(logFile, "w");
  const child = spawn(
    process.execPath,
    [
      process.argv[1] ?? "",
      "lab",
      "start",
      `--port=${options.port}`,
      `--speed=${options.speed}`,
      ...(options.images === undefined ? [] : ["--images", options.images]),
    ],
    { detached: true, stdio: ["ignore", log, log] },
  );
  const deadline = Date.now() + PATIENCE_MS;
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    const running = await runningLab();
    if (running && running.pid === child.pid) {
      child.unref();
      announce(running.status, options.json ?? false);
      return ExitCode.Passed;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill("SIGKILL");
  throw environmentError(
    "lab-not-started",
    `the lab did not start: ${readFileSync(logFile, "utf8").trim() || "it said nothing"}`,
    `see ${logFile}`,
  );
}

async function status(options: { endpoint?: string; json?: boolean }): Promise<ExitCode> {
  const given = options.endpoint ?? process.env["AWS_ENDPOINT_URL"];
  const found = given
    ? await askLab(loopbackEndpoint(given, options.endpoint ? "--endpoint" : "AWS_ENDPOINT_URL"))
    : (await runningLab())?.status;
  if (!found) throw noLabRunning();
  announce(found, options.json ?? false);
  return ExitCode.Passed;
}

async function stop(options: { json?: boolean }): Promise<ExitCode> {
  const running = await runningLab();
  if (!running) throw noLabRunning();
  process.kill(running.pid, "SIGTERM");
  const deadline = Date.now() + PATIENCE_MS;
  while (isAlive(running.pid) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (isAlive(running.pid)) {
    throw environmentError(
      "lab-not-stopped",
      `the lab (process ${running.pid}) did not end within ${PATIENCE_MS / 1000} s`,
      `end it with kill -9 ${running.pid}: its watchdog removes what it started`,
    );
  }
  if (rememberedLab()) forgetLab(running.id);
  if (options.json) printJson({ schemaVersion: 1, id: running.id, stopped: true });
  else print(`stopped the lab at ${running.endpoint}`);
  return ExitCode.Passed;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function announce(lab: LabStatus, json: boolean): void {
  if (json) {
    printJson({ schemaVersion: 1, ...lab });
    return;
  }
  print(`The lab answers at ${lab.endpoint} (clock: ${lab.clock.speed} x, now ${lab.clock.now}).`);
  print("Any AWS client reaches it with:");
  print(`  export AWS_ENDPOINT_URL=${lab.endpoint} AWS_REGION=${LAB_REGION}`);
  print(
    `  export AWS_ACCESS_KEY_ID=${LAB_CREDENTIALS.accessKeyId} ` +
      `AWS_SECRET_ACCESS_KEY=${LAB_CREDENTIALS.secretAccessKey}`,
  );
  for (const balancer of lab.loadBalancers) {
    for (const listener of balancer.listeners) {
      print(`Load balancer ${balancer.name}, port ${listener.port}: ${listener.url}`);
    }
  }
  if (lab.loadBalancers.length === 0) {
    print(`No load balancer yet: \`${commandLine("up")}\` provisions this project's stack.`);
  }
}
