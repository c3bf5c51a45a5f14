/** `backout lab`: start, status and stop of the embedded AWS. */
import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { environmentError, refuseProblems } from "../base/errors.ts";
import { isAlive } from "../base/isAlive.ts";
import { IamMode } from "../lab/iam/mode.ts";
import { type TimeOptions, timeProblems } from "../lab/timeOptions.ts";
import { LAB_CREDENTIALS, LAB_REGION } from "./clients.ts";
import { readImages } from "./images.ts";
import { clockCommand } from "./labClock.ts";
import { describeFault, faultCommand } from "./labFault.ts";
import { askAudit, iamCommand, iamOption, renderAudit } from "./labIam.ts";
import { inOptions, manualClockOption, metricDelayOption, startAtOption } from "./labTime.ts";
import { endpointOption, jsonOption, portOption, speedOption, withOptions } from "./options.ts";
import { diagnose, ExitCode, print, printJson } from "./output.ts";
import { commandLine, ownDirectory } from "./paths.ts";
import {
  forgetLab,
  type LabStatus,
  noLabRunning,
  rememberedLab,
  rememberLab,
  runningLab,
} from "./runningLab.ts";
import { findLab } from "./target.ts";

const DEFAULT_PORT = 4599;
/** Wall time that a detached lab gets to answer, and a stopping one to be gone. */
const PATIENCE_MS = 20_000;

interface StartOptions {
  readonly port: number;
  readonly speed: number;
  readonly manualClock?: boolean;
  /** Nominal milliseconds since the epoch. */
  readonly startAt?: number;
  /** Nominal milliseconds. */
  readonly metricDelay: number;
  readonly iam: IamMode;
  readonly images?: string;
  readonly detach?: boolean;
  readonly json?: boolean;
}

export function labCommand(finish: (code: ExitCode) => void): Command {
  const lab = new Command("lab").description("the embedded AWS: real wire protocols, real traffic");
  withOptions(lab.command("start").description("start it; stays in the foreground"), [
    portOption(DEFAULT_PORT),
    speedOption(1),
    manualClockOption(),
    startAtOption(),
    metricDelayOption(),
    iamOption(),
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
  lab.addCommand(clockCommand(finish));
  lab.addCommand(faultCommand(finish));
  lab.addCommand(iamCommand(finish));
  return lab;
}

async function start(options: StartOptions): Promise<ExitCode> {
  const problems = timeProblems(timeOf(options));
  refuseProblems("the lab's options", problems.map(inOptions));
  const running = await runningLab();
  if (running) {
    throw environmentError(
      "lab-already-running",
      `a lab of this project is already running at ${running.endpoint} (process ${running.pid})`,
      `use it, or stop it first with \`${commandLine("lab stop")}\``,
    );
  }
  const images = readImages(options.images, options.manualClock ? 0 : options.speed);
  if (options.detach) return startDetached(options);

  const { startLab } = await import("../lab/lab.ts");
  const lab = await startLab({
    port: options.port,
    ...timeOf(options),
    iam: options.iam,
    images,
    log: (line) => diagnose(line),
  });
  rememberLab({ id: lab.id, endpoint: lab.endpoint, pid: process.pid });
  // Before anybody can read that it runs: who does may end it at once.
  const signalled = untilSignal();
  announce(lab.status(), options.json ?? false);
  await signalled;
  const audit = lab.audit();
  // With --json, stdout holds one document: the status it began with.
  if (audit) (options.json ? diagnose : print)(renderAudit(audit));
  await lab.stop();
  forgetLab(lab.id);
  return ExitCode.Passed;
}

function timeOf({ manualClock, speed, startAt, metricDelay }: StartOptions): TimeOptions {
  return {
    ...(manualClock ? { manualClock } : { speed }),
    ...(startAt === undefined ? {} : { startAtMs: startAt }),
    customMetricDelayMs: metricDelay,
  };
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
      ...(options.manualClock ? ["--manual-clock"] : [`--speed=${options.speed}`]),
      ...(options.startAt === undefined
        ? []
        : [`--start-at=${new Date(options.startAt).toISOString()}`]),
      `--metric-delay=${options.metricDelay}ms`,
      `--iam=${options.iam}`,
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
  announce(await findLab(options.endpoint), options.json ?? false);
  return ExitCode.Passed;
}

async function stop(options: { json?: boolean }): Promise<ExitCode> {
  const running = await runningLab();
  if (!running) throw noLabRunning();
  const audit = running.status.iam === IamMode.Audit ? await askAudit(running.endpoint) : undefined;
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
  if (options.json) {
    printJson({ schemaVersion: 1, id: running.id, stopped: true, ...(audit && { iam: audit }) });
    return ExitCode.Passed;
  }
  print(`stopped the lab at ${running.endpoint}`);
  if (audit) print(renderAudit(audit));
  return ExitCode.Passed;
}

function announce(lab: LabStatus, json: boolean): void {
  if (json) {
    printJson({ schemaVersion: 1, ...lab });
    return;
  }
  const pace = lab.clock.manual ? "moved by hand" : `${lab.clock.speed} x`;
  print(`The lab answers at ${lab.endpoint} (clock: ${pace}, now ${lab.clock.now}).`);
  if (lab.clock.manual) print(`Time passes with \`${commandLine("lab clock advance 60s")}\`.`);
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
  if (lab.iam === IamMode.Audit) print("Roles may do everything; what they need is audited.");
  for (const fault of lab.faults) print(`Fault ${describeFault(fault)}`);
  if (lab.loadBalancers.length === 0) {
    print(`No load balancer yet: \`${commandLine("up")}\` provisions this project's stack.`);
  }
}
