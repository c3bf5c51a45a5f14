/** HTTP endpoints of topics' subscribers, as functions in the lab's own process. */
import type { InProcessRequest } from "../dataplane/network.ts";
import type { Send } from "../sns/ports.ts";
import type { AppResponse } from "./app.ts";

export type Receiver = (request: InProcessRequest) => AppResponse | Promise<AppResponse>;

/** `receivers` by the whole URL that was subscribed. Any other refuses the connection. */
export function senderTo(receivers: Readonly<Record<string, Receiver>>): Send {
  const known = new Map(Object.entries(receivers));
  return async (url, { method, headers, body }) => {
    const receiver = known.get(url);
    if (!receiver) throw new Error(`connect ECONNREFUSED: this lab has no receiver for ${url}`);
    const { pathname, search } = new URL(url);
    const answer = await receiver({ method, url: pathname + search, headers, body });
    return { status: answer.status };
  };
}
