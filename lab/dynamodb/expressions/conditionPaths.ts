/** Which attributes a condition reads. */
import type { Condition, Operand, Path } from "./ast.ts";

export function conditionPaths(condition: Condition): Path[] {
  switch (condition.kind) {
    case "and":
    case "or":
      return [...conditionPaths(condition.left), ...conditionPaths(condition.right)];
    case "not":
      return conditionPaths(condition.of);
    case "compare":
      return [condition.left, condition.right].flatMap(operandPaths);
    case "between":
      return [condition.of, condition.low, condition.high].flatMap(operandPaths);
    case "in":
      return [condition.of, ...condition.list].flatMap(operandPaths);
    case "exists":
    case "type":
      return [condition.path];
    default:
      return [condition.of, condition.part].flatMap(operandPaths);
  }
}

function operandPaths(operand: Operand): Path[] {
  switch (operand.kind) {
    case "path":
      return [operand.path];
    case "value":
      return [];
    default:
      return operandPaths(operand.of);
  }
}
