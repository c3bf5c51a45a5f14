#!/usr/bin/env node
// Plain JavaScript, so that an old Node says what is missing and not where it failed to parse.
const OLDEST = 24;
if (Number(process.versions.node.split(".")[0]) < OLDEST) {
  console.error(
    `Backout needs Node ${OLDEST} or newer; this is ${process.versions.node}.\n` +
      "In a clone, `npm ci` brings it: run `npx backout …` or an npm script.",
  );
  process.exitCode = 2;
} else {
  const { main } = await import("./main.ts");
  process.exitCode = await main(process.argv.slice(2));
}
