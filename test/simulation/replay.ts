/** `npx node test/simulation/replay.ts --seed N`: one simulated drill again, told line by line. */
import { parseArgs } from "node:util";
import { simulate } from "./simulate.ts";

const { values } = parseArgs({ options: { seed: { type: "string" } } });
const seed = Number(values.seed);
if (values.seed === undefined || !Number.isSafeInteger(seed)) {
  console.error("give the seed of the simulation: --seed N, a whole number");
  process.exit(2);
}
const { scenario, record, problem, timeline, violations } = await simulate(seed);
console.log(JSON.stringify(scenario, null, 2));
for (const line of timeline) console.log(line);
if (record) console.log(JSON.stringify(record, null, 2));
if (problem !== null) console.log(`refused: ${problem}`);
console.log(violations.length === 0 ? "every property held" : violations.join("\n"));
process.exitCode = violations.length === 0 ? 0 : 1;
