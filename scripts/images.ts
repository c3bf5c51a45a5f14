/** What the lab runs for an image name: the example app and the fault sidecar, or a file of one's own. */
import { readFileSync } from "node:fs";
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

export function defaultImages(): ImageTable {
  return {
    "backout/checkout": {
      command: [process.execPath, sourceFile("examples", "checkout")],
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
      },
    },
  };
}

/** The default images and those of a JSON file, whose entries win. */
export function readImages(file: string | undefined): ImageTable {
  if (file === undefined) return defaultImages();
  try {
    const own = imageFileSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    return { ...defaultImages(), ...own };
  } catch (error) {
    throw usageError(
      "bad-images-file",
      `--images ${file} cannot be used: ${messageOf(error)}`,
      'write JSON such as { "my/app": { "command": ["node", "server.js"] } }',
    );
  }
}
