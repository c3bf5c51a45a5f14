import { afterAll, expect, it } from "vitest";
import { connectClients, handleEvent } from "../../guard/lambda.ts";

const clients = connectClients({ region: "us-east-1" });
afterAll(() => {
  for (const client of Object.values(clients)) client.destroy();
});

it.each([
  ["throw", []],
  // Fifteen minutes: no function of Lambda lives for longer.
  ["hang", [900_000]],
])("a function that is told to fail (%s) does nothing else", async (failure, slept) => {
  const waits: number[] = [];
  const place = {
    env: { BACKOUT_REHEARSED_FAILURE: failure },
    clients,
    now: () => 0,
    sleep: async (wallMs: number) => void waits.push(wallMs),
    log: () => {},
  };
  await expect(handleEvent({}, place)).rejects.toThrow(/the guard's handler fails/);
  expect(waits).toEqual(slept);
});
