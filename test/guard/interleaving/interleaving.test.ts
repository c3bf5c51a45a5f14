import { describe, expect, test } from "vitest";
import * as authority from "../../../guard/authority.ts";
import { handleAlarm } from "../../../guard/handle.ts";
import { tick } from "../../../guard/rollout/tick.ts";
import { explore } from "./explore.ts";
import { corners } from "./corners.ts";
import { hookScenarios } from "./hookScenarios.ts";
import { scenarios } from "./scenarios.ts";
import { watchdogScenarios } from "./watchdogScenarios.ts";

const code = { ...authority, handleAlarm, tick };
const all = {
  ...scenarios(code),
  ...corners(code),
  ...hookScenarios(code),
  ...watchdogScenarios(code),
};

describe("no schedule ends with traffic where it must not be", { timeout: 300_000 }, () => {
  test.each(Object.entries(all))("%s", async (_name, { scenario, bounds }) => {
    const { violation } = await explore(scenario, bounds);
    expect(violation).toBeNull();
  });
});
