/** Assets and archives of a Pulumi program: their bytes and the hashes that stand for them. */
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  ASSET,
  hasUnknown,
  isArchive,
  isAsset,
  isObject,
  SIGNATURE,
  type Properties,
  type Value,
} from "./values.ts";
import { zip, type ZipEntry } from "./zip.ts";

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A zip file given by path stays what it is; everything else is packed. */
export async function archiveBytes(archive: Value): Promise<Uint8Array> {
  if (isObject(archive) && typeof archive["path"] === "string" && !("assets" in archive)) {
    const file = archive["path"];
    if (!(await stat(file)).isDirectory()) return readFile(file);
  }
  return zip(await entries(archive, ""));
}

async function entries(value: Value, prefix: string): Promise<ZipEntry[]> {
  if (isAsset(value)) return [{ name: prefix, bytes: await assetBytes(value) }];
  if (!isArchive(value)) throw new TypeError(`${prefix || "code"} is neither asset nor archive`);
  const members = value["assets"];
  if (isObject(members)) {
    const parts = await Promise.all(
      Object.entries(members).map(([name, member]) =>
        entries(member, prefix === "" ? name : `${prefix}/${name}`),
      ),
    );
    return parts.flat();
  }
  const path = value["path"];
  if (typeof path !== "string") throw new TypeError("remote archives are not handled by the lab");
  if (!(await stat(path)).isDirectory()) {
    throw new TypeError(`${path}: an archive file inside another archive is not handled`);
  }
  return directoryEntries(path, prefix);
}

async function directoryEntries(directory: string, prefix: string): Promise<ZipEntry[]> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async (entry) => {
      const file = join(entry.parentPath, entry.name);
      const inside = file.slice(directory.length).replaceAll("\\", "/").replace(/^\/+/, "");
      return { name: prefix === "" ? inside : `${prefix}/${inside}`, bytes: await readFile(file) };
    }),
  );
}

async function assetBytes(asset: Properties): Promise<Uint8Array> {
  if (typeof asset["text"] === "string") return Buffer.from(asset["text"], "utf8");
  if (typeof asset["path"] === "string") return readFile(asset["path"]);
  throw new TypeError("remote assets are not handled by the lab");
}

/** The value with a `hash` (SHA-256) on each asset and archive in it, as Pulumi's engine adds. */
export async function withHashes(value: Value): Promise<Value> {
  if (!isObject(value) || hasUnknown(value)) return value;
  return hashed(value);
}

async function hashed(value: Properties): Promise<Properties> {
  if (value[SIGNATURE] === ASSET) return { ...value, hash: sha256(await assetBytes(value)) };
  const members = value["assets"];
  if (!isObject(members)) return { ...value, hash: sha256(await archiveBytes(value)) };
  const assets: Properties = {};
  for (const [name, member] of Object.entries(members)) assets[name] = await withHashes(member);
  const packed: Properties = { ...value, assets };
  return { ...packed, hash: sha256(await archiveBytes(packed)) };
}
