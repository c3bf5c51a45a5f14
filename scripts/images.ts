/** What the lab runs for an image name: the example app and the fault sidecar, or a file of one's own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messageOf, usageError } from "../base/errors.ts";
import type { ImageTable } from "../lab/ecs/images.ts";
import { packageDirectory, sourceFile } from "./paths.ts";

const imageSchema = z.strictObject({
  command: z.array(z.string()).min(1),
  env: z.record(z.string(), z.string()).exactOptional(),
  cwd: z.string().exactOptional(),
});
const imageFileSchema = z.record(z.string(), imageSchema);

/** What a sidecar does again and again, in the environment's clock: publish metrics, and look. */
const PUBLISH_NOMINAL_MS = 10_000;
const LOOK_NOMINAL_MS = 1_000;
/** So often in wall time at most; below it the work would not keep up with the clock. */
const LEAST_WALL_MS = 100;

/** @param speed of the lab's clock; 0 when it is moved by hand */
export function defaultImages(speed: number): ImageTable {
  const every = (nominalMs: number): string =>
    String(speed === 0 ? LEAST_WALL_MS : Math.max(LEAST_WALL_MS, Math.round(nominalMs / speed)));
  return {
    "backout/checkout": {
      command: [process.execPath, sourceFile("examples", "checkout")],
      cwd: packageDirectory,
    },
    // Its tasks say what to run: `drill run --schedule …`.
    "backout/drill": {
      command: [process.execPath, join(packageDirectory, "scripts", "backout.js")],
      cwd: packageDirectory,
    },
    "backout/fault-sidecar": {
      command: [process.execPath, sourceFile("sidecar", "main")],
      cwd: packageDirectory,
      env: {
        // Tasks of the lab share one loopback address, so the app's port is not its container port.
        UPSTREAM: "http://127.0.0.1:{port:8081}",
        // Wall time: on a fast clock a lease must be seen soon, or waiting for it fills the drill.
        BACKOUT_POLL_MS: "100",
        BACKOUT_PUBLISH_MS: every(PUBLISH_NOMINAL_MS),
        BACKOUT_SENTINEL_MS: every(LOOK_NOMINAL_MS),
      },
    },
  };
}

/** The default images and those of a JSON file, whose entries win. */
export function readImages(file: string | undefined, speed: number): ImageTable {
  if (file === undefined) return defaultImages(speed);
  try {
    const own = imageFileSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    return { ...defaultImages(speed), ...own };
  } catch (error) {
    throw usageError(
      "bad-images-file",
      `--images ${file} cannot be used: ${messageOf(error)}`,
      'write JSON such as { "my/app": { "command": ["node", "server.js"] } }',
    );
  }
}
