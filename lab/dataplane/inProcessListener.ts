/** A listener without a server: it is called, and applies its rules as one with sockets does. */
import { chooseTarget, ownAnswer } from "./action.ts";
import type { Balancer } from "./balancer.ts";
import type { Group } from "./group.ts";
import { exchange, ownResponse } from "./inProcessExchange.ts";
import type { ListenerContext, Listening } from "./listener.ts";
import type { ListenerAddress, ListenerSettings, Rule } from "./model.ts";
import { headOf, type InProcessRequest, type InProcessResponse } from "./network.ts";
import type { TargetNetwork } from "./network.ts";
import { scanRequest } from "./refusal.ts";
import { errorResponse, type OwnResponse } from "./respond.ts";
import { Router } from "./router.ts";

export class InProcessListener implements Listening {
  readonly balancer: Balancer;
  settings: ListenerSettings;
  readonly context: ListenerContext;
  readonly #network: TargetNetwork;
  readonly #router = new Router();

  constructor(
    settings: ListenerSettings,
    balancer: Balancer,
    context: ListenerContext,
    network: TargetNetwork,
  ) {
    this.settings = settings;
    this.balancer = balancer;
    this.context = context;
    this.#network = network;
  }

  /** Never rejects. */
  async request(request: InProcessRequest): Promise<InProcessResponse> {
    const head = headOf(request, `127.0.0.1:${this.settings.port}`);
    const { refusal } = scanRequest(head);
    if (refusal !== undefined) return this.#own(errorResponse(refusal));
    const action = this.#router.match(head, this.balancer.book);
    const choice = action.type === "forward" ? chooseTarget(head, action, this) : undefined;
    if (!choice) return this.#own(ownAnswer(head, action, this));
    return exchange(head, request, choice, { clock: this.context.clock, network: this.#network });
  }

  setRules(rules: readonly Rule<Group>[]): void {
    this.#router.set(rules);
  }

  get groups(): ReadonlySet<Group> {
    return this.#router.groups;
  }

  applyTimeouts(): void {}

  /** The port is only a name here, so that it is always the one that was asked for. */
  open(): Promise<ListenerAddress> {
    const { port } = this.settings;
    return Promise.resolve({ port, url: `http://127.0.0.1:${port}` });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #own(response: OwnResponse): InProcessResponse {
    this.balancer.book.own(response.status);
    return ownResponse(response, this.settings.serverHeader);
  }
}
