/**
 * A zip file that depends on nothing but its entries: sorted by name, dated 1980-01-01 (the format's
 * earliest), no extra fields. Layout: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
 */
import { crc32, deflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const VERSION = 20;
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;
/** 1980-01-01 in MS-DOS form: day and month are counted from one. */
const DOS_DATE = 0x0021;
/** `-rw-r--r--` of a regular file, in the upper half of the external attributes. */
const FILE_MODE = 0o100644;
const MADE_BY_UNIX = 3 << 8;

export function zip(entries: readonly ZipEntry[]): Uint8Array {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = Buffer.from(entry.name, "utf8");
    const body = deflateRawSync(entry.bytes, { level: 9 });
    const common = Buffer.alloc(26);
    common.writeUInt16LE(VERSION, 0);
    common.writeUInt16LE(UTF8_NAMES, 2);
    common.writeUInt16LE(DEFLATED, 4);
    common.writeUInt16LE(0, 6);
    common.writeUInt16LE(DOS_DATE, 8);
    common.writeUInt32LE(crc32(entry.bytes), 10);
    common.writeUInt32LE(body.length, 14);
    common.writeUInt32LE(entry.bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    files.push(signature(0x04034b50), common, name, body);

    const made = Buffer.alloc(2);
    made.writeUInt16LE(MADE_BY_UNIX | VERSION);
    const place = Buffer.alloc(14);
    place.writeUInt32LE((FILE_MODE << 16) >>> 0, 6);
    place.writeUInt32LE(offset, 10);
    directory.push(signature(0x02014b50), made, common, place, name);
    offset += 4 + common.length + name.length + body.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(listing.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, listing, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
