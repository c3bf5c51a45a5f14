/** As many requests as kept-alive connections can make: by wrk, or by a helper process of Node's. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Helper } from "./helper.ts";

export const CONNECTIONS = 32;

export interface Reached {
  readonly requests: number;
  readonly perSecond: number;
}

/** @throws Error when an answer is not a 2xx or 3xx */
export type Load = (url: string, seconds: number) => Promise<Reached>;

export const wrkLoad: Load = async (url, seconds) => {
  const { stdout } = await promisify(execFile)("wrk", [
    "-t1",
    `-c${CONNECTIONS}`,
    `-d${seconds}s`,
    url,
  ]);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`${url} failed under load:\n${stdout}`);
  return {
    requests: figure(stdout, /(\d+) requests in/),
    perSecond: figure(stdout, /sec: *(\S+)/),
  };
};

export function nodeLoad(helper: Helper): Load {
  return (url, seconds) => helper.ask({ url, ms: seconds * 1000, connections: CONNECTIONS });
}

function figure(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? Number.NaN);
}
