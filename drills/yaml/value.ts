/** The value of a document, or what its aliases have against there being one. */
import { type Document, isAlias, type Node, visit } from "yaml";
import { messageOf, type Problem } from "../../base/errors.ts";

export interface OffsetProblem extends Omit<Problem, "field"> {
  /** In the text. */
  readonly offset: number;
}

export interface DocumentValue {
  /** Not there when the document has none. */
  readonly raw?: unknown;
  readonly problems: readonly OffsetProblem[];
}

export function valueOf(document: Document): DocumentValue {
  const problems = aliasProblems(document);
  if (problems.length > 0) return { problems };
  try {
    return { raw: document.toJS(), problems };
  } catch (error) {
    // Aliases of aliases of aliases, which would fill the memory.
    const offset = document.contents?.range?.[0] ?? 0;
    const allowed = "aliases that stand for a few nodes each";
    return { problems: [{ offset, value: "aliases", allowed, fix: messageOf(error) }] };
  }
}

/** Aliases that name nothing, or something that they are a part of. */
function aliasProblems(document: Document): OffsetProblem[] {
  const anchors = new Map<string, Node>();
  const problems: OffsetProblem[] = [];
  visit(document, {
    Node(_key, node, path) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        return;
      }
      const { source, range } = node;
      const anchor = anchors.get(source);
      if (anchor && !path.includes(anchor)) return;
      const allowed = anchor
        ? "the name of an anchor that it is not a part of"
        : "the name of an anchor that stands before it";
      problems.push({ offset: range?.[0] ?? 0, value: `*${source}`, allowed });
    },
  });
  return problems;
}
