/** Steps of clearing up: each is tried, whatever became of those before it. */
import { messageOf } from "../../base/errors.ts";

export class Attempts {
  /** What could not be done or removed, by name, in the order in which it was tried. */
  readonly left: string[] = [];

  /** `act` returns what it could not remove; a step that throws is left as a whole. */
  async try(name: string, act: () => Promise<readonly string[]>): Promise<void> {
    try {
      this.left.push(...(await act()));
    } catch (error) {
      this.left.push(`${name}: ${messageOf(error)}`);
    }
  }
}
