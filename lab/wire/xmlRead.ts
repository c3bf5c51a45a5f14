/** XML as S3's clients send it: elements, text and the predefined entities; no attribute is looked at. */
import { AwsError } from "../service.ts";

export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** Of an element without children. */
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

/** A start tag (self-closing or not), an end tag, a comment, a declaration, or text. */
const TOKEN = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([^\s/>!?]+)[^>]*?(\/?)>|([^<]+)/gy;
const ENTITY = /&(?:#x([0-9a-fA-F]+)|#(\d+)|(lt|gt|amp|quot|apos));/g;
const NAMED: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
};

/** The root element. Throws `MalformedXML` for what is no such document. */
export function readXml(text: string): XmlElement {
  const root: Open = { name: "", children: [], text: "" };
  const open: Open[] = [root];
  let end = 0;
  for (const [token, closing, name = "", empty, plain] of text.matchAll(TOKEN)) {
    end += token.length;
    const current = open.at(-1) ?? root;
    if (plain !== undefined) current.text += decode(plain);
    else if (closing === "/") {
      if (current.name !== localOf(name) || open.length === 1) throw malformed();
      open.pop();
    } else if (name !== "") {
      const child: Open = { name: localOf(name), children: [], text: "" };
      current.children.push(child);
      if (empty !== "/") open.push(child);
    }
  }
  const [only] = root.children;
  if (end !== text.length || open.length > 1 || !only || root.children.length > 1) {
    throw malformed();
  }
  return only;
}

function localOf(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function decode(text: string): string {
  return text.replace(ENTITY, (_, hex?: string, decimal?: string, name?: string) =>
    name === undefined
      ? String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))
      : (NAMED[name] ?? ""),
  );
}

function malformed(): AwsError {
  return new AwsError(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
  );
}
