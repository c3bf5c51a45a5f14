/** The lab that this project started last: where it is written down, and whether it still answers. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { environmentError } from "../base/errors.ts";
import { IamMode } from "../lab/iam/mode.ts";
import { commandLine, ownDirectory } from "./paths.ts";

const runningLabSchema = z.object({
  id: z.string(),
  endpoint: z.url(),
  pid: z.int().positive(),
});
export type RunningLab = z.infer<typeof runningLabSchema>;

/** A fault of AWS itself that is active in the lab. */
export const apiFaultSchema = z.object({
  id: z.string(),
  kind: z.string(),
  service: z.string(),
  operation: z.string(),
  role: z.string().exactOptional(),
  probability: z.number(),
  seed: z.number(),
  durationSeconds: z.number().exactOptional(),
  latencyMs: z.number().exactOptional(),
  lagSeconds: z.number().exactOptional(),
  phase: z.string().exactOptional(),
  addedAt: z.string(),
  endsAt: z.string().nullable(),
  calls: z.number(),
  struck: z.number(),
});
export type ApiFault = z.infer<typeof apiFaultSchema>;

/** What `GET /_lab/status` answers. */
const labStatusSchema = z.object({
  id: z.string(),
  endpoint: z.string(),
  clock: z.object({
    manual: z.boolean(),
    speed: z.number(),
    originNominalMs: z.number(),
    originWallMs: z.number(),
    now: z.string(),
  }),
  metricDelayMs: z.number(),
  iam: z.enum(IamMode),
  faults: z.array(apiFaultSchema).readonly(),
  loadBalancers: z
    .array(
      z.object({
        name: z.string(),
        arn: z.string(),
        listeners: z
          .array(z.object({ arn: z.string(), port: z.number(), url: z.string() }))
          .readonly(),
      }),
    )
    .readonly(),
});
export type LabStatus = z.infer<typeof labStatusSchema>;

const STATUS_TIMEOUT_MS = 5_000;

function file(): string {
  return join(ownDirectory(), "lab.json");
}

export function rememberLab(lab: RunningLab): void {
  mkdirSync(ownDirectory(), { recursive: true });
  // By rename: a file that is half written would be taken for a damaged one.
  writeFileSync(`${file()}.new`, `${JSON.stringify(lab, null, 2)}\n`);
  renameSync(`${file()}.new`, file());
}

export function forgetLab(id: string): void {
  if (rememberedLab()?.id === id) rmSync(file(), { force: true });
}

/** @throws BackoutError `lab-file-damaged`: which lab runs, and whether one does, is not known then */
export function rememberedLab(): RunningLab | undefined {
  if (!existsSync(file())) return undefined;
  try {
    return runningLabSchema.parse(JSON.parse(readFileSync(file(), "utf8")));
  } catch {
    // Deleted by whoever else forgot the lab, between the two looks.
    if (!existsSync(file())) return undefined;
    throw environmentError(
      "lab-file-damaged",
      `${file()} does not say which lab runs: it is damaged`,
      "end the lab of this project if one still runs (`ps` shows it as `lab start`), then delete that file",
    );
  }
}

/** The lab's status, or undefined when nothing at `endpoint` answers as a lab. */
export async function askLab(endpoint: string): Promise<LabStatus | undefined> {
  try {
    const response = await fetch(new URL("/_lab/status", endpoint), {
      signal: AbortSignal.timeout(STATUS_TIMEOUT_MS),
    });
    if (!response.ok) return undefined;
    return labStatusSchema.parse(await response.json());
  } catch {
    return undefined;
  }
}

/** The remembered lab if it really runs; one that died is forgotten. */
export async function runningLab(): Promise<(RunningLab & { status: LabStatus }) | undefined> {
  const remembered = rememberedLab();
  if (!remembered) return undefined;
  const status = await askLab(remembered.endpoint);
  if (status?.id === remembered.id) return { ...remembered, status };
  forgetLab(remembered.id);
  return undefined;
}

export function noLabRunning(): Error {
  return environmentError(
    "no-lab-running",
    "no lab is running for this project",
    `start one with \`${commandLine("lab start")}\` (add --detach to keep the terminal)`,
  );
}
