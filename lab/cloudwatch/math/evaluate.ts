/** Computes an expression over metrics that share one grid of periods. Pure. */
import { FUNCTIONS } from "./functions.ts";
import { MathError } from "./syntax.ts";
import type { Expression } from "./syntax.ts";
import { each, onPoints, operate } from "./values.ts";
import type { Scalar, TimeSeries, Value } from "./values.ts";

/** Throws MathError for an unknown id or function and for arguments of the wrong kind. */
export function evaluate(expression: Expression, read: (id: string) => Value): Value {
  switch (expression.kind) {
    case "number":
      return { kind: "scalar", value: expression.value };
    case "id":
      return read(expression.id);
    case "word":
      throw new MathError(`${expression.word} belongs into FILL`);
    case "negation":
      return negate(evaluate(expression.operand, read));
    case "binary":
      return operate(
        expression.operator,
        evaluate(expression.left, read),
        evaluate(expression.right, read),
      );
    case "array":
      return {
        kind: "array",
        items: expression.items.flatMap((item) => flat(evaluate(item, read))),
      };
    default:
      return call(expression.name, expression.args, read);
  }
}

function call(name: string, args: readonly Expression[], read: (id: string) => Value): Value {
  const compute = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!compute) throw new MathError(`unknown function ${name}`);
  const last = args.at(-1);
  if (name === "FILL" && last?.kind === "word") {
    return compute(
      args.slice(0, -1).map((arg) => evaluate(arg, read)),
      last.word,
    );
  }
  return compute(args.map((arg) => evaluate(arg, read)));
}

function flat(value: Value): readonly (Scalar | TimeSeries)[] {
  return value.kind === "array" ? value.items : [value];
}

function negate(value: Value): Value {
  if (value.kind === "array") return each(value, negate);
  if (value.kind === "series") return onPoints(value, (point) => point && -point);
  return { kind: "scalar", value: value.value && -value.value };
}
