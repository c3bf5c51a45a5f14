/** Splits a byte stream into whole lines, in bounded memory whatever is printed. */
import { StringDecoder } from "node:string_decoder";

/** What is beyond this of one line is dropped, as the contract of `SpawnOptions.onLine` says. */
const LONGEST_LINE = 16 * 1024;

export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  #partial = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Buffer): void {
    const pieces = this.#decoder.write(chunk).split("\n");
    const last = pieces.pop() ?? "";
    for (const piece of pieces) {
      this.#keep(piece);
      this.#flush();
    }
    this.#keep(last);
  }

  /** Hands over a last line that had no line feed. */
  end(): void {
    this.#keep(this.#decoder.end());
    if (this.#partial !== "") this.#flush();
  }

  #keep(text: string): void {
    const room = LONGEST_LINE - this.#partial.length;
    if (room > 0) this.#partial += text.slice(0, room);
  }

  #flush(): void {
    const line = this.#partial.endsWith("\r") ? this.#partial.slice(0, -1) : this.#partial;
    this.#partial = "";
    this.#onLine(line);
  }
}
