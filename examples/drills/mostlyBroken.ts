/** A drill as a module: the same members as in YAML, checked by the editor and again when it is loaded. */
import type { DrillDefinition } from "../../drills/api.ts";

const drill: DrillDefinition = {
  version: 1,
  name: "mostly-broken",
  fault: { module: "./faults/brownout.ts", set: { share: 0.8 } },
  hypothesis: [{ probe: "weights", set: { slot: "stable", atLeastPercent: 100 }, when: ["after"] }],
  zone: "Europe/Berlin",
  blockedDates: ["2026-12-24/2027-01-02"],
};

export default drill;
