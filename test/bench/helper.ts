/** Helper processes of a bench: each answers one question at a time and ends with its parent. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export class Helper {
  readonly #child: ChildProcess;

  /** `file` is one of this directory. */
  constructor(file: string, execArgv: readonly string[] = []) {
    this.#child = fork(fileURLToPath(new URL(file, import.meta.url)), { execArgv: [...execArgv] });
  }

  async ask<T>(question: object): Promise<T> {
    const ended = new AbortController();
    const onExit = (): void => ended.abort(new Error("A helper process ended early"));
    this.#child.once("exit", onExit);
    try {
      const answered = once(this.#child, "message", { signal: ended.signal });
      this.#child.send(question);
      const [reply]: T[] = await answered;
      if (reply === undefined) throw new Error("A helper process sent no answer");
      return reply;
    } finally {
      this.#child.off("exit", onExit);
    }
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}

/** To be called once in a helper process; the handler names the type of its parent's questions. */
// oxlint-disable-next-line typescript/no-explicit-any -- a message can be anything.
export function answer(handler: (question: any) => unknown): void {
  process.on("disconnect", () => process.exit());
  process.on("message", (question) => {
    // A failure ends the process, which fails the question.
    void (async () => process.send?.(await handler(question)))();
  });
}
