/** Values by schema as the XML that awsQuery and ec2Query answer with. */
import { formatScalar } from "./scalars.ts";
import { elementOf, kindOf, memberTraitsOf, ShapeKind, traitsOf } from "./schemas.ts";
import type { Shape } from "./schemas.ts";
import { presentEntries, presentItems, presentMembers } from "./tree.ts";

/** Line ends would be normalised, and what XML 1.0 cannot hold would make clients fail. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}")
    .replace(/[&<>"\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

export function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

/** The inside of the element that holds `value`. */
export function writeXml(shape: Shape, value: unknown): string {
  switch (kindOf(shape)) {
    case ShapeKind.Struct:
      return writeMembers(shape, value, () => true);
    case ShapeKind.List: {
      const item = elementOf(shape);
      const name = traitsOf(item).xmlName ?? "member";
      return presentItems(shape, value)
        .map((entry) => element(name, writeXml(item, entry)))
        .join("");
    }
    case ShapeKind.Map:
      return writeMap(shape, value);
    case ShapeKind.Unit:
      return "";
    default:
      return escapeXml(formatScalar(value));
  }
}

/** The members of a struct that `wanted` picks. */
export function writeMembers(
  shape: Shape,
  value: unknown,
  wanted: (name: string) => boolean,
): string {
  return presentMembers(shape, value)
    .filter(([name]) => wanted(name))
    .map(([name, member, item]) =>
      element(memberTraitsOf(member).xmlName ?? name, writeXml(member, item)),
    )
    .join("");
}

function writeMap(shape: Shape, value: unknown): string {
  const valueShape = elementOf(shape);
  const keyName = traitsOf(shape.getKeySchema()).xmlName ?? "key";
  const valueName = traitsOf(valueShape).xmlName ?? "value";
  return presentEntries(shape, value)
    .map(([key, item]) =>
      element(
        "entry",
        element(keyName, escapeXml(key)) + element(valueName, writeXml(valueShape, item)),
      ),
    )
    .join("");
}
