/** What the client gets when a target does not answer properly (ALB guide, HTTP 502 and 504). */
export interface Failure {
  readonly status: 400 | 502 | 504;
  /** Whether the connection was never established: TargetConnectionErrorCount. */
  readonly connection: boolean;
}

/** The failure behind an error of undici or of a socket. */
export function failureOf(error: Error & { code?: string; syscall?: string }): Failure {
  switch (error.code) {
    case "UND_ERR_CONNECT_TIMEOUT":
      return { status: 504, connection: true };
    case "UND_ERR_HEADERS_TIMEOUT":
    case "UND_ERR_BODY_TIMEOUT":
      return { status: 504, connection: false };
    case "UND_ERR_INVALID_ARG":
      // The client's own request, in a form that cannot be sent on (two Host headers, for one).
      return { status: 400, connection: false };
    default:
      return { status: 502, connection: error.syscall === "connect" };
  }
}
