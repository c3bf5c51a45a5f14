/** How an invocation fails, in the words and the JSON that Lambda gives its caller. */

export interface Failure {
  readonly message: string;
  readonly payload: Buffer;
  /** Of the REPORT line. */
  readonly status: "timeout" | "error";
}

export const failure = {
  /** The runtime described it. */
  fromHandler: (payload: Buffer): Failure => ({
    message: payload.toString("utf8"),
    payload,
    status: "error",
  }),

  timedOut: (requestId: string, seconds: number): Failure => {
    const message = `Task timed out after ${seconds.toFixed(2)} seconds`;
    return describe("Sandbox.Timedout", `RequestId: ${requestId} Error: ${message}`, {
      status: "timeout",
      message,
    });
  },

  exited: (
    requestId: string,
    code: number | null,
    signal: string | null,
    error: Error | undefined,
  ): Failure => {
    const reason = code === null ? `signal: ${signal ?? error?.message}` : `exit status ${code}`;
    const message = `RequestId: ${requestId} Error: Runtime exited with error: ${reason}`;
    return describe("Runtime.ExitError", message);
  },

  responseTooLarge: (bytes: number, limit: number): Failure =>
    describe(
      "Function.ResponseSizeTooLarge",
      `Response payload size (${bytes} bytes) exceeded maximum allowed payload size ` +
        `(${limit} bytes).`,
    ),
};

function describe(
  errorType: string,
  errorMessage: string,
  {
    status = "error",
    message = errorMessage,
  }: { status?: Failure["status"]; message?: string } = {},
): Failure {
  return { message, status, payload: Buffer.from(JSON.stringify({ errorType, errorMessage })) };
}
