/** Output that nobody reads any more (`| head`): what is still written is dropped, never a crash. */
import { errorCode } from "../base/errno.ts";

const closed = new AbortController();

/** Aborted once the reader of stdout or stderr has gone. */
export const outputClosed: AbortSignal = closed.signal;

/** A socket in the pipe's place says ECONNRESET. */
const READER_GONE = new Set(["EPIPE", "ECONNRESET"]);

/** Without it Node ends the process at the first write after the reader has gone. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => {
      if (!READER_GONE.has(errorCode(error) ?? "")) throw error;
      closed.abort();
    });
  }
}
