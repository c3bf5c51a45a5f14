/** An event as it is on a bus and as targets get it. */
import { ACCOUNT_ID, REGION } from "../service.ts";

export interface BusEvent {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  /** To the second: `2019-10-02T17:04:40Z`. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: object;
}

/** `timeMs` is nominal. */
export function makeEvent(
  id: string,
  timeMs: number,
  about: Pick<BusEvent, "detail-type" | "source" | "resources" | "detail">,
): BusEvent {
  return {
    version: "0",
    id,
    "detail-type": about["detail-type"],
    source: about.source,
    account: ACCOUNT_ID,
    time: toTheSecond(timeMs),
    region: REGION,
    resources: about.resources,
    detail: about.detail,
  };
}

export function toTheSecond(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+/, "");
}
