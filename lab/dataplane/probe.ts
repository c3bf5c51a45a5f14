/** One health check over HTTP, on a connection of its own as AWS's checks are. */
import { request } from "node:http";
import type { CheckOutcome } from "./health.ts";

export interface ProbeRequest {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Wall time until the response's status must be there. */
  readonly timeoutMs: number;
  /** Ends the check early; its outcome then means nothing. */
  readonly signal: AbortSignal;
}

/** Never rejects. */
export function probe({
  host,
  port,
  path,
  timeoutMs,
  signal,
}: ProbeRequest): Promise<CheckOutcome> {
  return new Promise((resolve) => {
    const check = request({
      host,
      port,
      path,
      agent: false,
      signal,
      headers: {
        Host: `${host}:${port}`,
        Connection: "close",
        "User-Agent": "ELB-HealthChecker/2.0",
        "Accept-Encoding": "gzip, compressed",
      },
    });
    const timer = setTimeout(() => end({ kind: "timeout" }), timeoutMs);
    const end = (outcome: CheckOutcome): void => {
      clearTimeout(timer);
      resolve(outcome);
      check.destroy();
    };
    check.on("response", (response) => end({ kind: "response", status: response.statusCode ?? 0 }));
    check.on("error", () => end({ kind: "failed" }));
    check.end();
  });
}
