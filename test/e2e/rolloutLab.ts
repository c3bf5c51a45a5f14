/** One lab with a guarded environment, load on it, and releases that are good or bad in a known way. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { wallClock } from "../../base/clock.ts";
import { type Load, startLoad } from "../../drills/watch/load.ts";
import { type Finished, type Sandbox, sandbox } from "./command.ts";

const APP = join(import.meta.dirname, "apps", "release.ts");

/** Image names and what they run with. */
const RELEASES = {
  "shop/good": {},
  /** Two points of errors more than the stable release. */
  "shop/errors": { FAIL_EVERY: "50" },
  "shop/broken": { FAIL_EVERY: "2" },
  "shop/overload": { BREAKS_ABOVE: "60" },
  "shop/slow": { SLOW_MS: "1500" },
  "shop/slow-overload": { SLOW_MS: "1500", BREAKS_ABOVE: "60" },
};

export interface Status {
  readonly url: string;
  readonly weights: { readonly blue: number; readonly green: number };
  readonly slots: Readonly<
    Record<
      "blue" | "green",
      { release: string; role?: string; healthyTargets: number; alarm: string }
    >
  >;
  readonly phase: string;
  readonly latch: { slot: string; reason: string } | null;
}

export interface RolloutStatus {
  readonly stable: string;
  readonly candidate: string | null;
  readonly weights: { readonly blue: number; readonly green: number };
  readonly rollout: { id: string; step: number; paused: { why: string } | null } | null;
  readonly last: { id: string; ended: string; why: string } | null;
  readonly next: { move: string; why: string } | null;
}

export class RolloutLab {
  readonly box: Sandbox = sandbox();
  readonly #config: readonly string[];
  #load: Load | undefined;
  endpoint = "";

  constructor(config: readonly string[]) {
    this.#config = config;
  }

  async start(speed: number): Promise<void> {
    const images = join(this.box.directory, "images.json");
    mkdirSync(this.box.directory, { recursive: true });
    const command = [process.execPath, APP];
    const table = Object.entries(RELEASES).map(([name, env]) => [name, { command, env }]);
    writeFileSync(images, JSON.stringify(Object.fromEntries(table)));
    const options = ["--detach", "--port=0", `--speed=${speed}`, `--images=${images}`];
    await this.passes("lab", "start", ...options);
    const { endpoint } = await this.json<{ endpoint: string }>("lab", "status");
    this.endpoint = endpoint;
  }

  async stop(): Promise<void> {
    await this.load(0);
    await this.box.run("lab", "stop");
    this.box.remove();
  }

  /** Requests per wall second from now on. */
  async load(requestsPerSecond: number): Promise<void> {
    await this.#load?.stop();
    this.#load = undefined;
    if (requestsPerSecond === 0) return;
    const { url } = await this.status();
    const judging = { slowAfterMs: 10_000, slowsByMs: 0 };
    const maxInFlight = 1_000;
    this.#load = startLoad({ clock: wallClock(), url, requestsPerSecond, judging, maxInFlight });
  }

  up(release: string): Promise<Finished> {
    const releases = ["blueRelease=shop/good:1", `greenRelease=${release}`];
    const config = [...this.#config, ...releases].map((entry) => `--config=${entry}`);
    return this.box.run("up", "--json", ...config);
  }

  /** Whatever was before: all traffic to blue, a release into green, and no latch; then it may roll. */
  async deploy(release: string): Promise<void> {
    await this.passes("env", "rollback", "--force");
    if ((await this.status()).slots.green.release !== release) {
      const { code, stdout } = await this.up(release);
      if (code !== 0) throw new Error(`up failed: ${stdout}`);
    }
    await this.until(`${release} is ready`, async () => {
      const { slots, latch } = await this.status();
      const ready = Object.values(slots).every(
        ({ healthyTargets, alarm }) => healthyTargets === 1 && alarm === "OK",
      );
      if (ready && latch !== null) await this.box.run("env", "unlatch");
      return ready && slots.green.release === release && latch === null;
    });
  }

  status(): Promise<Status> {
    return this.json("env", "status");
  }

  rollout(verb = "status", ...args: string[]): Promise<RolloutStatus> {
    return this.json("rollout", verb, ...args);
  }

  /** The one document of a command that ends well. */
  async json<T>(...args: string[]): Promise<T> {
    const { stdout } = await this.passes(...args, "--json");
    return JSON.parse(stdout) as T;
  }

  async passes(...args: string[]): Promise<Finished> {
    const end = await this.box.run(...args);
    if (end.code !== 0) throw new Error(`${args.join(" ")}: ${end.stdout}${end.stderr}`);
    return end;
  }

  /** @throws when it does not come true within a wall minute */
  async until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!(await condition())) {
      if (Date.now() > deadline) await this.#giveUp(what);
      // Each look is a process: more of them would only slow down what they wait for.
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  async #giveUp(what: string): Promise<never> {
    const now = { env: await this.status(), rollout: await this.rollout() };
    throw new Error(`it never came true that ${what}: ${JSON.stringify(now, null, 2)}`);
  }
}
