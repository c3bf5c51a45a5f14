/** nginx as the yardstick: two backends with a small answer, and one worker that proxies to them. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

const BODY = "a".repeat(256);
const START_TRIES = 100;

export interface Nginx {
  /** Of the servers, in their order. */
  readonly ports: readonly number[];
  close(): Promise<void>;
}

/** Whether the command can be run here. */
export function found(command: "nginx" | "wrk"): boolean {
  return spawnSync(command, ["-v"]).error === undefined;
}

export function startNginxBackends(): Promise<Nginx> {
  return startNginx(2, ([a, b]) => [a, b].map((port) => server(port, `return 200 "${BODY}";`)));
}

/** To the two backends in turn, with connections kept alive on both sides. */
export function startNginxProxy(backends: readonly number[]): Promise<Nginx> {
  const targets = backends.map((port) => `server 127.0.0.1:${port};`).join(" ");
  const location =
    'location / { proxy_pass http://targets; proxy_http_version 1.1; proxy_set_header Connection ""; }';
  return startNginx(1, ([port]) => [
    `upstream targets { ${targets} keepalive 64; keepalive_requests 1000000000; }`,
    server(port, location),
  ]);
}

function server(port: number | undefined, content: string): string {
  return `server { listen 127.0.0.1:${port}; ${content} }`;
}

async function startNginx(
  servers: number,
  blocks: (ports: readonly number[]) => readonly string[],
): Promise<Nginx> {
  const directory = await mkdtemp(join(tmpdir(), "backout-bench-nginx-"));
  const ports = await freePorts(servers);
  const file = join(directory, "nginx.conf");
  // Every path is in the directory: nothing of an installed nginx is read or written.
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${join(directory, name)};`,
  );
  const http = ["access_log off; keepalive_requests 1000000000;", ...paths, ...blocks(ports)];
  await writeFile(
    file,
    `daemon off; worker_processes 1; pid ${join(directory, "pid")}; error_log stderr;\n` +
      `events { worker_connections 1024; }\nhttp {\n${http.join("\n")}\n}\n`,
  );
  const child = spawn("nginx", ["-p", directory, "-c", file], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const kill = (): void => void child.kill("SIGTERM");
  process.once("exit", kill);
  const exited = once(child, "exit");
  await Promise.race([
    Promise.all(ports.map(listening)),
    exited.then(() => Promise.reject(new Error("nginx ended at its start"))),
  ]);
  return {
    ports,
    async close() {
      process.off("exit", kill);
      kill();
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  for (const one of servers) {
    if (!one.listening) await once(one, "listening");
    const address = one.address();
    if (address !== null && typeof address === "object") ports.push(address.port);
  }
  await Promise.all(servers.map((one) => new Promise((resolve) => one.close(resolve))));
  return ports;
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < START_TRIES; tries++) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch {
      await setTimeout(50);
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`Nothing listens on port ${port}`);
}
