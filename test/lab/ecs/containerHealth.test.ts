/** Health checks of containers: the counting as tables. */
import { describe, expect, test } from "vitest";
import {
  checkCommand,
  healthPolicy,
  type HealthTally,
  tallyAfter,
  UNCHECKED,
} from "../../../lab/ecs/containerHealth.ts";

/** `+` passes and `-` fails, one check every ten seconds. */
function after(checks: string, retries: number, startPeriod: number): HealthTally {
  const policy = healthPolicy({ command: ["CMD", "x"], interval: 10, retries, startPeriod });
  return checks
    .split("")
    .reduce(
      (tally, check, index) => tallyAfter(tally, check === "+", (index + 1) * 10_000, policy),
      UNCHECKED,
    );
}

test.each([
  ["", 3, 0, "UNKNOWN"],
  ["+", 3, 0, "HEALTHY"],
  ["--", 3, 0, "UNKNOWN"],
  ["---", 3, 0, "UNHEALTHY"],
  ["--+--", 3, 0, "HEALTHY"],
  ["+---", 3, 0, "UNHEALTHY"],
  ["---+", 3, 0, "HEALTHY"],
  ["-", 1, 0, "UNHEALTHY"],
  // Within the start period failures do not count, until the first success.
  ["--", 1, 25, "UNKNOWN"],
  ["---", 1, 25, "UNHEALTHY"],
  ["+-", 1, 25, "UNHEALTHY"],
])("%s with %i retries and a start period of %i s: %s", (checks, retries, start, status) => {
  expect(after(checks, retries, start).status).toBe(status);
});

describe("a command", () => {
  const ports = new Map([[8080, 20_001]]);
  test.each([
    [
      ["CMD", "curl", "-f", "http://localhost:8080/"],
      ["curl", "-f", "http://127.0.0.1:20001/"],
    ],
    [
      ["CMD-SHELL", "curl -f http://127.0.0.1:8080/ || exit 1"],
      ["/bin/sh", "-c", "curl -f http://127.0.0.1:20001/ || exit 1"],
    ],
    [
      ["CMD-SHELL", "nc -z localhost 8080"],
      ["/bin/sh", "-c", "nc -z 127.0.0.1 20001"],
    ],
    [
      ["CMD", "curl", "http://localhost:9090/"],
      ["curl", "http://localhost:9090/"],
    ],
    [
      ["CMD", "curl", "http://example.com:8080/"],
      ["curl", "http://example.com:8080/"],
    ],
  ])("%j runs as %j", (command, expected) => {
    expect(checkCommand(command, ports)).toEqual(expected);
  });
});
