/**
 * What Lambda tells of an asynchronous invocation that is over: the invocation record of
 * destinations, and the attributes of a dead-letter message. Pure.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */

export const Condition = {
  Success: "Success",
  RetriesExhausted: "RetriesExhausted",
  EventAgeExceeded: "EventAgeExceeded",
  ZeroReservedConcurrency: "ZeroReservedConcurrency",
} as const;
export type Condition = (typeof Condition)[keyof typeof Condition];

/** How the last attempt ended; 429 and 500 are of attempts that did not reach the function. */
export interface Attempt {
  readonly status: 200 | 429 | 500;
  /** What the function answered, a JSON document; missing when it did not run. */
  readonly payload?: Buffer;
  /** The function failed. */
  readonly failed: boolean;
  readonly message?: string;
}

export interface FinishedEvent {
  readonly condition: Condition;
  readonly requestId: string;
  readonly functionArn: string;
  readonly payload: Uint8Array;
  /** Attempts that ran the function. */
  readonly invokeCount: number;
  readonly last: Attempt | undefined;
  /** Nominal milliseconds. */
  readonly atMs: number;
}

/**
 * AWS's example is of a function error. What stands in for the response of an event that never
 * reached the function is not documented: here the status alone, and no payload.
 */
export function invocationRecord(event: FinishedEvent): object {
  const { last } = event;
  return {
    version: "1.0",
    timestamp: new Date(event.atMs).toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: `${event.functionArn}:$LATEST`,
      condition: event.condition,
      approximateInvokeCount: event.invokeCount,
    },
    requestPayload: parse(event.payload),
    ...(last && {
      responseContext: {
        statusCode: last.status,
        ...(last.payload && { executedVersion: "$LATEST" }),
        ...(last.failed && { functionError: "Unhandled" }),
      },
      ...(last.payload && { responsePayload: parse(last.payload) }),
    }),
  };
}

/** RequestID, ErrorCode (an HTTP status) and the first KB of the error message. */
export function deadLetterAttributes(
  event: FinishedEvent,
): Record<string, { readonly DataType: string; readonly StringValue: string }> {
  const attributes = {
    RequestID: { DataType: "String", StringValue: event.requestId },
    ErrorMessage: { DataType: "String", StringValue: errorMessage(event).slice(0, 1024) },
  };
  if (event.last === undefined) return attributes;
  return {
    ...attributes,
    ErrorCode: { DataType: "Number", StringValue: String(event.last.status) },
  };
}

function errorMessage({ last }: FinishedEvent): string {
  if (last === undefined) {
    return "Function not invoked: it is configured with zero reserved concurrent executions.";
  }
  const answer: unknown = last.payload && parse(last.payload);
  if (typeof answer === "object" && answer !== null && "errorMessage" in answer) {
    // SNS takes no empty attribute.
    return String(answer.errorMessage) || "Unknown error";
  }
  return last.message ?? "Unknown error";
}

function parse(json: Uint8Array): unknown {
  const text = Buffer.from(json).toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
