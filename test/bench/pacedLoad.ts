/**
 * Helper process: requests at a fixed rate whether or not earlier ones were answered, and how long
 * each took. One that finds every connection busy waits, and its wait counts.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { answer } from "./helper.ts";

interface PacedLoad {
  readonly url: string;
  readonly ms: number;
  readonly connections: number;
  readonly perSecond: number;
}

export interface Latency {
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const HEAD_END = "\r\n\r\n";

answer(async ({ url, ms, connections, perSecond }: PacedLoad): Promise<Latency> => {
  const { hostname, port, host } = new URL(url);
  const request = `GET / HTTP/1.1\r\nHost: ${host}${HEAD_END}`;
  const took: number[] = [];
  const free: Socket[] = [];
  const sentAt = new Map<Socket, number>();
  /** When each of the requests that wait for a connection was due. */
  const waiting: number[] = [];

  const send = (socket: Socket, dueAt: number): void => {
    sentAt.set(socket, dueAt);
    socket.write(request);
  };
  const answered = (socket: Socket): void => {
    took.push(performance.now() - (sentAt.get(socket) ?? Number.NaN));
    const dueAt = waiting.shift();
    if (dueAt === undefined) free.push(socket);
    else send(socket, dueAt);
  };

  const sockets = Array.from({ length: connections }, () => connect(Number(port), hostname));
  for (const socket of sockets) {
    await once(socket, "connect");
    socket.setNoDelay();
    whole(socket, () => answered(socket));
    free.push(socket);
  }
  const startedAt = performance.now();
  let due = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now();
      const elapsed = now - startedAt;
      if (elapsed < ms) {
        const until = Math.floor((elapsed * perSecond) / 1000);
        for (; due < until; due++) {
          const socket = free.pop();
          if (socket) send(socket, now);
          else waiting.push(now);
        }
      } else if (took.length === due) {
        clearInterval(timer);
        resolve();
      }
    }, 1);
  });
  for (const socket of sockets) socket.destroy();
  took.sort((a, b) => a - b);
  return { requests: due, p50Ms: percentile(took, 0.5), p99Ms: percentile(took, 0.99) };
});

/** Calls back for each whole response; they all have a Content-Length here. */
function whole(socket: Socket, callback: () => void): void {
  let text = "";
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    text += chunk;
    const headEnd = text.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? Number.NaN);
    if (!text.startsWith("HTTP/1.1 200")) throw new Error(`Answered ${text.slice(0, headEnd)}`);
    if (text.length < headEnd + HEAD_END.length + length) return;
    text = "";
    callback();
  });
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
