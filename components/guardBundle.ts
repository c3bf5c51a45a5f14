/** Bundles the guard for Lambda: one CommonJS file with its pinned SDK clients inside. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Clones run TypeScript, the published package JavaScript: the guard's entry has our own ending. */
const ENTRY = fileURLToPath(
  new URL(
    import.meta.url.endsWith(".ts") ? "../guard/lambda.ts" : "../guard/lambda.js",
    import.meta.url,
  ),
);

/** The source of `index.js`; the same input gives the same bytes, so an unchanged guard is no update. */
export async function bundleGuard(): Promise<string> {
  const result = await build({
    entryPoints: [ENTRY],
    // Names of modules are relative to this, and so are the bytes: the same wherever it is run.
    absWorkingDir: dirname(dirname(ENTRY)),
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
