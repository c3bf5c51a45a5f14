/** A lab's core without processes or sockets, and calls as the wire would make them. */
import { ManualClock } from "../../base/clock.ts";
import type { LabCore, LabService, Principal } from "../../lab/service.ts";
import { ACCOUNT_ID, AwsError } from "../../lab/service.ts";

export const USER: Principal = { kind: "user", arn: `arn:aws:iam::${ACCOUNT_ID}:user/lab` };
export const START_MS = Date.parse("2026-03-14T09:26:53Z");

export interface TestCore extends LabCore {
  readonly clock: ManualClock;
  readonly lines: string[];
}

export function testCore(clock = new ManualClock(START_MS)): TestCore {
  const lines: string[] = [];
  return {
    clock,
    id: "0123456789ab",
    directory: "/nowhere",
    endpoint: "http://127.0.0.1:4599",
    lines,
    log: (line) => lines.push(line),
    keeper: {
      spawn: () => {
        throw new Error("no processes here");
      },
      stop: () => Promise.resolve(),
    },
  };
}

/** Calls operations of `service` by name, as `principal`. */
export function callerOf(service: LabService, principal = USER) {
  // oxlint-disable-next-line typescript/no-explicit-any -- each test knows its operation's output.
  return async (operation: string, input: object = {}): Promise<any> => {
    const handler = service.operations[operation];
    if (!handler) throw new Error(`no operation ${operation}`);
    return await handler(input, { principal, requestId: "test" });
  };
}

/** The code of the AwsError that `call` ends with, and its message; throws when it succeeds. */
export async function refusal(call: Promise<unknown>): Promise<AwsError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  throw new Error("the call succeeded");
}
