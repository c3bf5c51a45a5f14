/** A function's deployment package on disk. */
import { createHash } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { hexId } from "../../base/ids.ts";
import type { LabCore } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import type { Code } from "./store.ts";
import { invalid } from "./validation.ts";
import { readZip, type ZipEntry } from "./zip.ts";

/** The one way in: the lab has neither S3 nor a container registry. */
export function checkZipFile(operation: string, code: object): Uint8Array {
  refuseUnsupported(operation, code, ["ZipFile"]);
  const zip = "ZipFile" in code ? code.ZipFile : undefined;
  if (zip instanceof Uint8Array) return zip;
  throw invalid("Please provide a source for function code.");
}

/** Unzips into a directory that no other function and no other revision uses. */
export async function unpackCode(core: LabCore, name: string, zip: Uint8Array): Promise<Code> {
  const directory = join(core.directory, "functions", `${name}-${hexId(8)}`);
  const entries = entriesOf(zip);
  await mkdir(directory, { recursive: true });
  for (const entry of entries) await writeEntry(directory, entry);
  return {
    directory,
    sha256: createHash("sha256").update(zip).digest("base64"),
    bytes: zip.byteLength,
  };
}

function entriesOf(zip: Uint8Array): ZipEntry[] {
  try {
    return readZip(zip);
  } catch (error) {
    throw invalid(`Could not unzip uploaded file: ${messageOf(error)}. Please check your file.`);
  }
}

async function writeEntry(directory: string, entry: ZipEntry): Promise<void> {
  const path = resolve(directory, entry.name);
  if (path !== directory && !path.startsWith(directory + sep)) {
    throw invalid(`Could not unzip uploaded file: ${entry.name} leads out of the package.`);
  }
  if (entry.isDirectory) {
    await mkdir(path, { recursive: true });
    return;
  }
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, entry.data);
  if (entry.mode & 0o111) await chmod(path, 0o755);
}
