/** The only endpoints that are taken: those on this machine's loopback. */
import { usageError } from "../base/errors.ts";
import { commandLine } from "./paths.ts";

/** Nothing real is touched: only an endpoint on this machine's loopback is taken. */
export function loopbackEndpoint(text: string, from: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url?.hostname ?? "");
  if (!url || url.protocol !== "http:" || !loopback) {
    throw usageError(
      "endpoint-not-loopback",
      `${from}: "${text}" - allowed: an http URL on loopback such as http://127.0.0.1:4599`,
      `start a lab with \`${commandLine("lab start")}\` and use the endpoint it prints`,
    );
  }
  if (url.username || url.password || url.pathname !== "/" || url.search || url.hash) {
    throw usageError(
      "endpoint-not-bare",
      `${from}: ${url.origin} is given with a user, password, path or query, and none of them is used`,
      `give ${url.origin}`,
    );
  }
  return url.origin;
}
