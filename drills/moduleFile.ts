/** The default export of a module of a user's own. */
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { messageOf, usageError } from "../base/errors.ts";

/** @throws BackoutError `module-not-loaded` */
export async function loadDefault(file: string): Promise<unknown> {
  if (!existsSync(file)) {
    throw usageError("module-not-loaded", `there is no module ${file}`, "mend its path");
  }
  try {
    const loaded: unknown = await import(pathToFileURL(file).href);
    return memberOf({ ...(typeof loaded === "object" ? loaded : {}) }, "default");
  } catch (error) {
    throw usageError(
      "module-not-loaded",
      `the module ${file} cannot be loaded: ${messageOf(error)}`,
      "it must be an ECMAScript module; TypeScript only with types that can be stripped",
    );
  }
}

/** An own member of a value; undefined where there is none. */
export function memberOf(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === String(key))?.[1];
}
