/** How AWS clients reach a lab in their own process: the same wire, and no socket under it. */
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import type { HttpHandler } from "@smithy/core/protocols";
import { HttpRequest, HttpResponse } from "@smithy/core/transport";
import type { Clock } from "../../base/clock.ts";
import { dispatch, type DispatchOptions } from "../wire/dispatch.ts";
import { decodeBody, type WireHead } from "../wire/request.ts";

/** Waits for a function, which may wait for nominal time: the clock must not wait for it in turn. */
const INVOKE = /^\/2015-03-31\/functions\/[^/]+\/invocations$/;

export interface InProcessFront {
  readonly clock: Clock;
  readonly dispatching: DispatchOptions;
}

/** Codecs, credentials, permissions and faults are those of the lab's control plane. */
export class InProcessRequestHandler implements HttpHandler {
  readonly metadata = { handlerProtocol: "http/1.1" };
  readonly #front: InProcessFront;
  readonly #ended: () => boolean;

  /** `ended`: whether the caller is gone, so that nothing it still sends is done. */
  constructor(front: InProcessFront, ended: () => boolean = () => false) {
    this.#front = front;
    this.#ended = ended;
  }

  async handle(request: HttpRequest): Promise<{ response: HttpResponse }> {
    if (this.#ended()) throw new Error("the environment that this client belongs to has ended");
    const { clock, dispatching } = this.#front;
    const head = headOf(request);
    const read = async (): Promise<Uint8Array> =>
      decodeBody(await bytesOf(request.body), head.headers["content-encoding"]);
    const requestId = randomUUID();
    const answering = dispatch(head, read, requestId, dispatching);
    const answer = await (INVOKE.test(request.path)
      ? answering
      : clock.hold(`${request.method} ${request.path}`, answering));
    if (!answer) throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    return {
      response: new HttpResponse({
        statusCode: answer.status,
        headers: { ...answer.headers, "x-amzn-requestid": requestId },
        body: Readable.from([Buffer.from(answer.body)]),
      }),
    };
  }

  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): object {
    return {};
  }

  destroy(): void {}
}

function headOf({ method, path, query, headers }: HttpRequest): WireHead {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value ?? ""].flat()) parameters.append(name, one);
  }
  const lower: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) lower[name.toLowerCase()] = value;
  return { method, path, query: parameters, headers: lower };
}

/** What serializers leave as a body: text, bytes, or a stream of them. */
async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === "string") return Buffer.from(body);
  // Not Buffer.from(body): the JSON serializer's bytes warn when anything looks at them as text.
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (body instanceof Readable) return Buffer.concat(await body.toArray());
  throw new TypeError("a request's body must be text, bytes or a readable stream");
}
