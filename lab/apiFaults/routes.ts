/** `/_lab/faults`: faults over HTTP, for drills and for `backout lab fault`. */
import type { Problem } from "../../base/errors.ts";
import { renderProblem } from "../../base/errors.ts";
import type { ExtraAnswer } from "../server.ts";
import type { LabService } from "../service.ts";
import { matchesWildcard } from "../wildcard.ts";
import type { ApiFaults } from "./apiFaults.ts";
import { ApiFaultKind, parseFault } from "./fault.ts";
import type { ApiFaultRequest } from "./fault.ts";
import { isRead } from "./staleReads.ts";

const PATH = /^\/_lab\/faults(?:\/([^/?]+))?$/;

/**
 * GET lists, POST adds the fault in the body (400 with every problem of it), DELETE clears all, or
 * the one whose id is in the path (404 when there is none). Undefined for every other path.
 */
export function faultRoute(
  faults: ApiFaults,
  services: readonly LabService[],
  method: string,
  path: string,
  body: unknown,
): ExtraAnswer | undefined {
  const match = PATH.exec(path);
  if (!match) return undefined;
  const [, id] = match;
  if (method === "GET" && id === undefined) return { status: 200, body: { faults: faults.list() } };
  if (method === "POST" && id === undefined) return add(faults, services, body);
  if (method === "DELETE") {
    const cleared = faults.clear(id);
    if (id !== undefined && cleared.length === 0) {
      return { status: 404, body: { error: `The lab has no fault ${id}` } };
    }
    return { status: 200, body: { cleared } };
  }
  return undefined;
}

function add(faults: ApiFaults, services: readonly LabService[], body: unknown): ExtraAnswer {
  const parsed = parseFault(body);
  const problems =
    "problems" in parsed ? parsed.problems : operationProblems(parsed.fault, services);
  if ("fault" in parsed && problems.length === 0) {
    return { status: 201, body: { fault: faults.add(parsed.fault) } };
  }
  const error = `The fault cannot be used: ${problems.map(renderProblem).join("; ")}`;
  return { status: 400, body: { error, problems } };
}

/** A fault that no call can meet would make a drill pass for nothing. */
function operationProblems(
  { kind, service, operation }: ApiFaultRequest,
  services: readonly LabService[],
): Problem[] {
  const names = services
    .filter(({ name }) => service === "*" || name === service)
    .flatMap(({ operations }) => Object.keys(operations))
    .filter((name) => kind !== ApiFaultKind.StaleRead || isRead(name));
  if (names.some((name) => matchesWildcard(operation, name))) return [];
  const what = kind === ApiFaultKind.StaleRead ? "a reading operation" : "an operation";
  const where = service === "*" ? "" : ` of ${service}`;
  return [
    { field: "operation", value: operation, allowed: `${what}${where} that the lab implements` },
  ];
}
