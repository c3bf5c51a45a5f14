/** Secrets stay marked from config to state, and are never shown. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { TestStack } from "./stack.ts";

test("A secret input is plain to the cloud, marked in the state, masked in what is shown", async () => {
  const stack = await TestStack.make();
  try {
    stack.program = "secrets.ts";
    stack.config = { "project:note": "hunter2" };
    stack.secretConfig = ["project:note"];
    const run = await stack.run("up");
    expect(run.errors).toEqual([]);
    expect(run.outputs).toEqual({
      shownName: "x",
      hiddenNote: "[secret]",
      hiddenArn: "[secret]",
    });
    expect([...stack.cloud.things.values()]).toMatchObject([{ note: "hunter2" }]);
    const text = await readFile(stack.stateFile, "utf8");
    expect(text).not.toContain('"hunter2"');
    expect(text).toContain(String.raw`"plaintext": "\"hunter2\""`);
    expect(await stack.run("up")).toMatchObject({ ok: true, changes: { same: 2 } });
  } finally {
    await stack.remove();
  }
});
