import { expect, test } from "vitest";
import {
  PublicRoutes,
  renderTestRoutes,
  type TestRoutes,
  testRoutesOfTag,
} from "../../guard/testRoutes.ts";

const names = { header: "x-backout-slot", cookie: "backout-slot" };

test.each<[string, TestRoutes]>([
  [
    "header=x-backout-slot cookie=backout-slot public=off port=9000",
    { ...names, publicRoutes: PublicRoutes.Off, testPort: 9000 },
  ],
  [
    "header=x-backout-slot cookie=backout-slot public=secret",
    { ...names, publicRoutes: PublicRoutes.Secret, testPort: null },
  ],
])("the tag %j and back", (tag, routes) => {
  expect(renderTestRoutes(routes)).toBe(tag);
  expect(testRoutesOfTag(tag)).toEqual(routes);
  // What AWS allows in a tag's value.
  expect(tag).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u);
});

test.each([undefined, "", "yes", "header=a cookie=b public=everywhere", "header=a public=open"])(
  "%j is no tag of ours: testers have no routes",
  (tag) => {
    expect(testRoutesOfTag(tag)).toBeNull();
  },
);
