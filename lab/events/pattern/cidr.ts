/** The `cidr` comparison, for IPv4 and IPv6. */
import { BlockList, isIP } from "node:net";
import { invalidPattern } from "../errors.ts";

export function cidrBlock(block: string): (text: string) => boolean {
  const [address = "", bits = "", ...rest] = block.split("/");
  const version = isIP(address);
  const longest = version === 4 ? 32 : 128;
  if (version === 0 || rest.length > 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > longest) {
    throw invalidPattern(`Malformed CIDR, one '/' required: ${block}`);
  }
  const family = version === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family);
  // Of one family alone: BlockList would see `::ffff:10.0.0.1` in an IPv4 block.
  return (text) => isIP(text) === version && list.check(text, family);
}
