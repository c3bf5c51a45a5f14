/**
 * The parser's place in an expression, with what all kinds of expressions have in common: keywords,
 * document paths, values, and DynamoDB's wording of syntax errors.
 */
import type { AwsError } from "../../service.ts";
import { validation } from "../errors.ts";
import type { Value } from "../values.ts";
import type { Path } from "./ast.ts";
import { showPath } from "./ast.ts";
import type { Token } from "./lexer.ts";
import { tokenize } from "./lexer.ts";
import type { Placeholders } from "./placeholders.ts";
import { isReserved } from "./reserved.ts";

/** The request's member that holds the expression; every message names it. */
export type ExpressionKind =
  | "ConditionExpression"
  | "FilterExpression"
  | "KeyConditionExpression"
  | "ProjectionExpression"
  | "UpdateExpression";

/** DynamoDB takes expressions of up to 4 KB (service quotas). */
const LONGEST_BYTES = 4096;

export class Cursor {
  readonly kind: ExpressionKind;
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #placeholders: Placeholders;
  #at = 0;

  constructor(kind: ExpressionKind, text: string, placeholders: Placeholders) {
    this.kind = kind;
    this.#text = text;
    this.#placeholders = placeholders;
    if (text.trim() === "") throw this.invalid("The expression can not be empty;");
    if (Buffer.byteLength(text) > LONGEST_BYTES) {
      throw this.invalid(
        `Expression size has exceeded the maximum allowed size; expression size: ${Buffer.byteLength(text)}`,
      );
    }
    this.#tokens = tokenize(text, (token) => this.#syntaxError(token, token.start));
  }

  /** `ahead` tokens further on; past the last it is the end. */
  peek(ahead = 0): Token {
    const end = this.#text.length;
    return this.#tokens[this.#at + ahead] ?? { kind: "end", text: "<EOF>", start: end, end };
  }

  next(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  isSymbol(text: string): boolean {
    return this.peek().kind === "symbol" && this.peek().text === text;
  }

  /** Keywords are not case-sensitive. */
  isKeyword(word: string): boolean {
    return this.peek().kind === "word" && this.peek().text.toUpperCase() === word;
  }

  takeSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.#at++;
    return true;
  }

  takeKeyword(word: string): boolean {
    if (!this.isKeyword(word)) return false;
    this.#at++;
    return true;
  }

  expectSymbol(text: string): void {
    if (!this.takeSymbol(text)) throw this.unexpected();
  }

  expectKeyword(word: string): void {
    if (!this.takeKeyword(word)) throw this.unexpected();
  }

  expectEnd(): void {
    if (this.peek().kind !== "end") throw this.unexpected();
  }

  /** A word that is followed by `(`. */
  isFunction(): boolean {
    return this.peek().kind === "word" && this.peek(1).text === "(" && !this.isKeyword("NOT");
  }

  path(): Path {
    const steps: (string | number)[] = [this.#attribute()];
    for (;;) {
      if (this.takeSymbol(".")) {
        steps.push(this.#attribute());
      } else if (this.takeSymbol("[")) {
        if (this.peek().kind !== "number") throw this.unexpected();
        steps.push(Number(this.next().text));
        this.expectSymbol("]");
      } else {
        return steps;
      }
    }
  }

  /** A `:value`; undefined when the next token is none. */
  value(): { readonly value: Value; readonly placeholder: string } | undefined {
    if (this.peek().kind !== "value") return undefined;
    const placeholder = this.next().text;
    const value = this.#placeholders.value(placeholder);
    if (!value) {
      throw this.invalid(
        `An expression attribute value used in expression is not defined; attribute value: ${placeholder}`,
      );
    }
    return { value, placeholder };
  }

  invalid(reason: string): AwsError {
    return validation(`Invalid ${this.kind}: ${reason}`);
  }

  /** The syntax error at the next token. */
  unexpected(): AwsError {
    const before = this.#tokens[this.#at - 1];
    return this.#syntaxError(this.peek(), before?.start ?? this.peek().start);
  }

  #syntaxError(token: Token, from: number): AwsError {
    const after = this.#text.indexOf(" ", token.end + 1);
    const near = this.#text.slice(from, after === -1 ? undefined : after).trimEnd();
    return this.invalid(`Syntax error; token: "${token.text}", near: "${near}"`);
  }

  #attribute(): string {
    const token = this.peek();
    if (token.kind === "name") {
      this.#at++;
      const name = this.#placeholders.name(token.text);
      if (name !== undefined) return name;
      throw this.invalid(
        "An expression attribute name used in the document path is not defined; " +
          `attribute name: ${token.text}`,
      );
    }
    if (token.kind !== "word") throw this.unexpected();
    if (isReserved(token.text)) {
      throw this.invalid(`Attribute name is a reserved keyword; reserved keyword: ${token.text}`);
    }
    this.#at++;
    return token.text;
  }
}

/** Paths of one update or projection must not contain one another, nor read a list as a map. */
export function refuseOverlaps(cursor: Cursor, paths: readonly Path[]): void {
  for (const [index, one] of paths.entries()) {
    for (const two of paths.slice(index + 1)) {
      const differs = one.findIndex((step, at) => at >= two.length || step !== two[at]);
      const at = differs === -1 ? one.length : differs;
      const clash =
        at === one.length || at === two.length
          ? "overlap"
          : typeof one[at] !== typeof two[at]
            ? "conflict"
            : undefined;
      if (clash !== undefined) {
        throw cursor.invalid(
          `Two document paths ${clash} with each other; must remove or rewrite one of these ` +
            `paths; path one: ${showPath(one)}, path two: ${showPath(two)}`,
        );
      }
    }
  }
}
