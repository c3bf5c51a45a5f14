/** Bundles the guard for Lambda: one CommonJS file with its pinned SDK clients inside. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const GUARD = fileURLToPath(new URL("../guard", import.meta.url));

/** The functions that there are, by their entry in `guard/`. */
type Entry = "lambda" | "watchdog/lambda";

/** The source of `index.js`; the same input gives the same bytes, so an unchanged guard is no update. */
export async function bundleGuard(entry: Entry = "lambda"): Promise<string> {
  // Clones run TypeScript, the published package JavaScript: the entry has our own ending.
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const result = await build({
    entryPoints: [join(GUARD, `${entry}.${ending}`)],
    // Names of modules are relative to this, and so are the bytes: the same wherever it is run.
    absWorkingDir: dirname(GUARD),
    bundle: true,
    write: false,
    platform: "node",
    target: "node24",
    format: "cjs",
    minify: true,
    legalComments: "none",
    logLevel: "silent",
  });
  return result.outputFiles.map((file) => file.text).join("");
}
