/** What the operations of every resource kind share. */
import type { Clock } from "../../base/clock.ts";
import type { DataPlane } from "../dataplane/dataplane.ts";
import type { Store } from "./store.ts";

export interface Context {
  readonly store: Store;
  readonly plane: DataPlane;
  readonly clock: Clock;
}
