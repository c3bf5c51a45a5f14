/** Calls that get a deadline, and a second and third try: nobody else tries again for the guard. */

/** All times here are wall milliseconds. A call that does not answer within this is given up. */
export const CALL_TIMEOUT_MS = 2_000;
/** Each call is tried this often: a throttled one passes soon. */
export const ATTEMPTS = 3;
export const BETWEEN_ATTEMPTS_MS = 200;

export interface Waiting {
  readonly sleep: (wallMs: number) => Promise<void>;
}

export async function tried<T>(call: () => Promise<T>, { sleep }: Waiting): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await withDeadline(call(), CALL_TIMEOUT_MS);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await sleep(BETWEEN_ATTEMPTS_MS * attempt);
    }
  }
}

export async function withDeadline<T>(work: Promise<T>, wallMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${wallMs} ms`)), wallMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
