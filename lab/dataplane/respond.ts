/** Responses that the load balancer makes itself; only these carry `Server: awselb/2.0`. */
import { STATUS_CODES, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Action } from "./model.ts";
import type { RequestHead } from "./network.ts";

/** AWS's phrases where they differ from the registry's. */
const PHRASES: Readonly<Record<number, string>> = {
  460: "Client Closed Request",
  503: "Service Temporarily Unavailable",
  504: "Gateway Time-out",
};

export interface OwnResponse {
  readonly status: number;
  readonly contentType?: string;
  readonly body?: string;
  readonly location?: string;
}

export function phraseOf(status: number): string {
  return PHRASES[status] ?? STATUS_CODES[status] ?? "";
}

export function errorResponse(status: number): OwnResponse {
  const title = `${status} ${phraseOf(status)}`.trim();
  const body = [
    "<html>",
    `<head><title>${title}</title></head>`,
    "<body>",
    `<center><h1>${title}</h1></center>`,
    "</body>",
    "</html>",
    "",
  ].join("\r\n");
  return { status, contentType: "text/html", body };
}

export function send(res: ServerResponse, response: OwnResponse, serverHeader: boolean): void {
  res.writeHead(response.status, phraseOf(response.status), headersOf(response, serverHeader));
  res.end(response.body ?? "");
}

/** For a connection that is no longer, or never was, HTTP to Node; it ends with the response. */
export function sendRaw(socket: Duplex, response: OwnResponse, serverHeader: boolean): void {
  const headers = headersOf(response, serverHeader);
  headers.push("Date", new Date().toUTCString(), "Connection", "close");
  socket.end(headOf(response.status, phraseOf(response.status), headers) + (response.body ?? ""));
}

/** Status line and header fields on the wire; `headers` is a name and value list. */
export function headOf(status: number, phrase: string, headers: readonly string[]): string {
  let text = `HTTP/1.1 ${status} ${phrase}\r\n`;
  for (let i = 0; i + 1 < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${text}\r\n`;
}

/** A name and value list. */
export function headersOf(response: OwnResponse, serverHeader: boolean): string[] {
  const headers: string[] = serverHeader ? ["Server", "awselb/2.0"] : [];
  if (response.contentType) headers.push("Content-Type", response.contentType);
  if (response.location) headers.push("Location", response.location);
  headers.push("Content-Length", String(Buffer.byteLength(response.body ?? "")));
  return headers;
}

/** The redirect's target for one request, its `#{…}` filled in (RedirectActionConfig). */
export function redirectResponse(
  action: Extract<Action<unknown>, { type: "redirect" }>,
  req: RequestHead,
  listenerPort: number,
): OwnResponse {
  const url = req.url ?? "/";
  const at = url.indexOf("?");
  const parts: Readonly<Record<string, string>> = {
    protocol: "http",
    host: (req.headers.host ?? "").replace(/:\d+$/, ""),
    port: String(listenerPort),
    path: (at < 0 ? url : url.slice(0, at)).slice(1),
    query: at < 0 ? "" : url.slice(at + 1),
  };
  const fill = (template: string): string =>
    template.replace(
      /#\{(protocol|host|port|path|query)\}/g,
      (_all, name: string) => parts[name] ?? "",
    );
  const protocol = fill(action.protocol).toLowerCase();
  const query = fill(action.query);
  const location =
    `${protocol}://${fill(action.host)}:${fill(action.port)}${fill(action.path)}` +
    (query === "" ? "" : `?${query}`);
  return { ...errorResponse(action.status), location };
}
