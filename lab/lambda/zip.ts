/**
 * Reads the entries of a zip file from its central directory: stored and deflated ones, which is
 * what deployment packages hold. No Zip64 (packages are under 50 MB), no encryption.
 * Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import { crc32, inflateRawSync } from "node:zlib";

export interface ZipEntry {
  /** With `/` between its parts; a directory's ends with one. */
  readonly name: string;
  readonly isDirectory: boolean;
  /** Unix permission bits, 0 when the archive has none. */
  readonly mode: number;
  readonly data: Buffer;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
/** Lambda's limit for an unzipped package; also bounds what a hostile archive may inflate to. */
const MAX_UNZIPPED_BYTES = 250 * 1024 * 1024;

/** Throws an `Error` that says what is wrong with the archive. */
export function readZip(bytes: Uint8Array): ZipEntry[] {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  let room = MAX_UNZIPPED_BYTES;
  const entries: ZipEntry[] = [];
  for (let index = 0; index < count; index++) {
    if (at + 46 > zip.length || zip.readUInt32LE(at) !== ENTRY) {
      throw new Error("its central directory is damaged");
    }
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString("utf8", at + 46, at + 46 + nameLength);
    const data = readData(zip, at, name, room);
    room -= data.length;
    entries.push({
      name,
      isDirectory: name.endsWith("/"),
      mode: (zip.readUInt32LE(at + 38) >>> 16) & 0o777,
      data,
    });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

function findEnd(zip: Buffer): number {
  const lowest = Math.max(0, zip.length - END_BYTES - LONGEST_COMMENT);
  for (let at = zip.length - END_BYTES; at >= lowest; at--) {
    if (zip.readUInt32LE(at) === END) return at;
  }
  throw new Error("it has no end of central directory");
}

function readData(zip: Buffer, entry: number, name: string, room: number): Buffer {
  if (zip.readUInt16LE(entry + 8) & 1) throw new Error(`${name} is encrypted`);
  const method = zip.readUInt16LE(entry + 10);
  const checksum = zip.readUInt32LE(entry + 16);
  const compressedSize = zip.readUInt32LE(entry + 20);
  const local = zip.readUInt32LE(entry + 42);
  if (local + 30 > zip.length || zip.readUInt32LE(local) !== LOCAL) {
    throw new Error(`${name} is not where the central directory says`);
  }
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(start, start + compressedSize);
  const data = unpack(packed, method, name, room);
  if (data.length > room) throw new Error("it unzips to more than 262144000 bytes");
  if (crc32(data) !== checksum) throw new Error(`${name} has a wrong checksum`);
  return data;
}

function unpack(packed: Buffer, method: number, name: string, room: number): Buffer {
  if (method === 0) return packed;
  if (method !== 8) throw new Error(`${name} is compressed by method ${method}`);
  try {
    return inflateRawSync(packed, { maxOutputLength: room + 1 });
  } catch (error) {
    throw new Error(`${name} does not unzip`, { cause: error });
  }
}
