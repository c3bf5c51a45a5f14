#!/usr/bin/env node
// Plain JavaScript, so that an old Node says what is missing and not where it failed to parse.
import { existsSync } from "node:fs";

const OLDEST = 24;
if (Number(process.versions.node.split(".")[0]) < OLDEST) {
  console.error(
    `Backout needs Node ${OLDEST} or newer; this is ${process.versions.node}.\n` +
      "In a clone, `npm ci` brings it: run `npx backout …` or an npm script.",
  );
  process.exitCode = 2;
} else {
  // A clone runs its TypeScript, the published package what was built from it.
  const source = new URL("main.ts", import.meta.url);
  const built = new URL("../dist/scripts/main.js", import.meta.url);
  const { main } = await import(existsSync(source) ? source.href : built.href);
  process.exitCode = await main(process.argv.slice(2));
}
