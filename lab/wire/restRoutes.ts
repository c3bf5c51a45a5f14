/** Which operation a method and a path mean, by the http traits of a service's operations. */
import type { WireHead } from "./request.ts";
import type { OperationModel, ServiceModel } from "./schemas.ts";

export interface RouteMatch {
  readonly operation: OperationModel;
  /** Decoded path labels by member name. */
  readonly labels: ReadonlyMap<string, string>;
}

interface Template {
  readonly operation: OperationModel;
  readonly method: string;
  /** `{FunctionName}` is a label, `{Resource+}` one that takes all that is left. */
  readonly segments: readonly string[];
  /** Query parameters that the template fixes: `?find=LayerVersion`. */
  readonly query: URLSearchParams;
}

const templates = new WeakMap<ServiceModel, readonly Template[]>();

/** The most specific operation that fits: more fixed query parameters, then more fixed segments. */
export function matchRoute(model: ServiceModel, request: WireHead): RouteMatch | undefined {
  let known = templates.get(model);
  if (!known) {
    known = buildTemplates(model);
    templates.set(model, known);
  }
  const segments = segmentsOf(request.path);
  for (const template of known) {
    if (template.method !== request.method) continue;
    if (![...template.query].every(([key, value]) => request.query.get(key) === value)) continue;
    const labels = matchSegments(template.segments, segments);
    if (labels) return { operation: template.operation, labels };
  }
  return undefined;
}

function buildTemplates(model: ServiceModel): readonly Template[] {
  return [...model.operations.values()]
    .flatMap((operation): Template[] => {
      if (!operation.http) return [];
      const [method, uri] = operation.http;
      const [path = "", query = ""] = uri.split("?");
      return [{ operation, method, segments: segmentsOf(path), query: new URLSearchParams(query) }];
    })
    .sort((a, b) => b.query.size - a.query.size || fixedSegments(b) - fixedSegments(a));
}

function fixedSegments(template: Template): number {
  return template.segments.filter((segment) => !segment.startsWith("{")).length;
}

/** Clients differ in whether they send a slash at the end. */
function segmentsOf(path: string): readonly string[] {
  return path.split("/").filter((segment) => segment !== "");
}

function matchSegments(
  template: readonly string[],
  path: readonly string[],
): ReadonlyMap<string, string> | undefined {
  const labels = new Map<string, string>();
  for (const [index, part] of template.entries()) {
    const greedy = part.endsWith("+}");
    const found = greedy ? path.slice(index).join("/") : path[index];
    if (found === undefined || found === "") return undefined;
    if (!part.startsWith("{")) {
      if (part !== found) return undefined;
      continue;
    }
    const text = decode(found);
    if (text === undefined) return undefined;
    labels.set(part.slice(1, greedy ? -2 : -1), text);
    if (greedy) return labels;
  }
  return template.length === path.length ? labels : undefined;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
