/** Command hooks with a real shell: what they answer, and that nothing of them is left. */
import { describe, expect, test } from "vitest";
import type { HookContext } from "../../guard/rollout/hooks.ts";
import { runCommand } from "../../scripts/hookCommand.ts";

const CONTEXT: HookContext = {
  when: "before",
  hook: "smoke",
  environment: "checkout",
  slot: "green",
  release: "shop:2",
  url: "http://u",
  testUrl: "http://t",
  testHeader: "x-slot",
  step: 0,
  weight: 0,
};

function run(
  command: string,
  {
    timeoutMs = 10_000,
    signal = new AbortController().signal,
    stillWanted = async () => true,
  } = {},
) {
  const hook = { name: "smoke", when: "before", kind: "command", timeoutMs, command } as const;
  return runCommand(hook, CONTEXT, { signal, stillWanted });
}

describe("a command hook", () => {
  test.each([
    ["true", "good", "exit code 0"],
    ["echo the cart is empty >&2; exit 1", "bad", "exit code 1: the cart is empty"],
    ["echo a; echo b; exit 75", "inconclusive", "exit code 75: b"],
    ["exit 2", "error", "exit code 2"],
    ["no-such-program", "error", "exit code 127: "],
    ["kill -KILL $$", "error", "signal SIGKILL"],
    [
      'echo "$BACKOUT_SLOT $BACKOUT_RELEASE $BACKOUT_HEADER $BACKOUT_TEST_URL"',
      "good",
      "exit code 0: green shop:2 x-slot: green http://t",
    ],
    ["sleep 30 & echo left one behind", "good", "exit code 0: left one behind"],
  ])("%s is %s", async (command, outcome, why) => {
    const answer = await run(command);
    expect(answer.outcome).toBe(outcome);
    expect(answer.why).toContain(why);
  });

  test("that does not end in time is ended, with what it started, and is an error", async () => {
    const answer = await run("sleep 60 & echo $!; wait", { timeoutMs: 300 });
    expect(answer).toEqual({ outcome: "error", why: "it had not ended within 300 ms" });
  });

  test("is ended when whoever waits is interrupted, and when nobody wants the answer", async () => {
    const leaving = new AbortController();
    const interrupted = run("sleep 60", { signal: leaving.signal });
    leaving.abort();
    expect(await interrupted).toMatchObject({
      outcome: "error",
      why: expect.stringMatching(/interrupted/),
    });
    const unwanted = await run("sleep 60", { stillWanted: async () => false });
    expect(unwanted).toMatchObject({
      outcome: "error",
      why: expect.stringMatching(/went on without/),
    });
  });
});
