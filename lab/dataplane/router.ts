/** A listener's rules, compiled: which action a request gets. */
import type { IncomingHttpHeaders } from "node:http";
import type { Group } from "./group.ts";
import type { Action, Rule } from "./model.ts";
import { compileConditions, type Predicate, type RequestFacts } from "./conditions.ts";
import type { MinuteBook } from "./minutes.ts";
import type { RequestHead } from "./network.ts";

interface CompiledRule {
  readonly matches: Predicate | undefined;
  readonly action: Action<Group>;
}

export class Router {
  #rules: readonly CompiledRule[] = [];
  #groups: ReadonlySet<Group> = new Set();

  /** Replaces all rules at once; a request under way keeps the action it began with. */
  set(rules: readonly Rule<Group>[]): void {
    this.#rules = rules.map(({ conditions, action }) => ({
      matches: conditions.length === 0 ? undefined : compileConditions(conditions),
      action,
    }));
    this.#groups = new Set(
      rules.flatMap(({ action }) =>
        action.type === "forward" ? action.shares.map((share) => share.group) : [],
      ),
    );
  }

  /** The groups that any rule names, whatever their weight. */
  get groups(): ReadonlySet<Group> {
    return this.#groups;
  }

  /** The first rule that applies; the default rule, which is last, always does. */
  match(req: RequestHead, book: MinuteBook): Action<Group> {
    let facts: RequestFacts | undefined;
    let tried = 0;
    for (const { matches, action } of this.#rules) {
      if (matches !== undefined) {
        tried += 1;
        facts ??= new Facts(req);
        if (!matches(facts)) continue;
      }
      if (tried > 0) book.current().ruleEvaluations += tried;
      return action;
    }
    throw new Error("A listener has a default rule");
  }
}

/** Node parses headers when they are first asked for, which a rule on paths never does. */
class Facts implements RequestFacts {
  readonly path: string;
  readonly query: string;
  readonly #req: RequestHead;

  constructor(req: RequestHead) {
    const url = req.url ?? "/";
    const at = url.indexOf("?");
    this.#req = req;
    this.path = at < 0 ? url : url.slice(0, at);
    this.query = at < 0 ? "" : url.slice(at + 1);
  }

  get method(): string {
    return this.#req.method ?? "GET";
  }

  get headers(): IncomingHttpHeaders {
    return this.#req.headers;
  }

  get clientAddress(): string {
    return this.#req.socket.remoteAddress ?? "";
  }
}
