/** One request at a target in the same process, and a health check of one. */
import type { Clock } from "../../base/clock.ts";
import { accountFor, type ExchangeContext, pathOf } from "./exchange.ts";
import { failureOf } from "./failure.ts";
import { newTraceId, requestHeaders, responseHeaders } from "./headers.ts";
import type { CheckOutcome } from "./health.ts";
import type { TargetAddress } from "./model.ts";
import type {
  InProcessRequest,
  InProcessResponse,
  RequestHead,
  TargetNetwork,
  TargetResponse,
} from "./network.ts";
import { errorResponse, headersOf, type OwnResponse } from "./respond.ts";

export interface InProcessContext {
  readonly clock: Clock;
  readonly network: TargetNetwork;
}

/** Never rejects: what a target does wrong becomes the load balancer's own response. */
export async function exchange(
  head: RequestHead,
  request: InProcessRequest,
  choice: ExchangeContext,
  { clock, network }: InProcessContext,
): Promise<InProcessResponse> {
  const { balancer, group, listener, target } = choice;
  const { idleTimeoutMs } = balancer.settings;
  const sent = requestHeaders(head, balancer.settings, listener.port, newTraceId(choice.nowMs));
  target.outstanding += 1;
  try {
    const answer = network.request(target, {
      method: request.method,
      url: pathOf(request.url),
      headers: recordOf(sent),
      body: request.body,
    });
    const response =
      answer instanceof Promise
        ? await within(clock, idleTimeoutMs, "UND_ERR_HEADERS_TIMEOUT", answer)
        : answer;
    accountFor(choice, response.status, response.tookMs);
    return returned(response, choice);
  } catch (error) {
    accountFor(choice, 0, 0);
    const failure = failureOf(error instanceof Error ? error : new Error(String(error)));
    if (failure.connection) balancer.book.group(group.settings.dimension).connectionErrors += 1;
    if (failure.status >= 500) target.sample.errors += 1;
    balancer.book.own(failure.status);
    return ownResponse(errorResponse(failure.status), listener.serverHeader);
  }
}

/** A response that the load balancer makes itself. */
export function ownResponse(response: OwnResponse, serverHeader: boolean): InProcessResponse {
  const headers = lowerCase(headersOf(response, serverHeader));
  return { status: response.status, headers, body: response.body ?? "" };
}

/** Never rejects. The timeout is nominal: no wall time passes in a process that only computes. */
export async function probeInProcess(
  { clock, network }: InProcessContext,
  address: TargetAddress,
  path: string,
  timeoutMs: number,
): Promise<CheckOutcome> {
  const headers = {
    host: `${address.id}:${address.port}`,
    "user-agent": "ELB-HealthChecker/2.0",
    "accept-encoding": "gzip, compressed",
  };
  try {
    const answer = network.request(address, { method: "GET", url: path, headers, body: "" });
    const { status } =
      answer instanceof Promise ? await within(clock, timeoutMs, TIMED_OUT, answer) : answer;
    return { kind: "response", status };
  } catch (error) {
    const timedOut = error instanceof TimeoutError && error.code === TIMED_OUT;
    return { kind: timedOut ? "timeout" : "failed" };
  }
}

const TIMED_OUT = "ETIMEDOUT";

class TimeoutError extends Error {
  readonly code: string;

  constructor(code: string) {
    super("The target did not answer in time");
    this.code = code;
  }
}

function within<T>(clock: Clock, ms: number, code: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(clock.now() + ms, () => reject(new TimeoutError(code)));
    work.then(resolve, reject).finally(cancel);
  });
}

function returned(response: TargetResponse, choice: ExchangeContext): InProcessResponse {
  const headers: Record<string, string | string[]> = { ...response.headers };
  if (choice.cookies) {
    const fromTarget = [headers["set-cookie"] ?? []].flat();
    const all = [...fromTarget, ...choice.cookies(fromTarget)];
    if (all.length > 0) headers["set-cookie"] = all;
  }
  const list = responseHeaders(headers, choice.listener.serverHeader);
  return { status: response.status, headers: lowerCase(list), body: response.body };
}

/** Of a name and value list; repeated fields are joined, as HTTP allows. */
function recordOf(list: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let i = 0; i + 1 < list.length; i += 2) {
    const name = (list[i] ?? "").toLowerCase();
    const value = list[i + 1] ?? "";
    record[name] = record[name] === undefined ? value : `${record[name]}, ${value}`;
  }
  return record;
}

function lowerCase(list: readonly (string | string[])[]): Record<string, string | string[]> {
  const record: Record<string, string | string[]> = {};
  for (let i = 0; i + 1 < list.length; i += 2) {
    record[String(list[i]).toLowerCase()] = list[i + 1] ?? "";
  }
  return record;
}
