/** Helper process: as many requests as `connections` kept-alive ones can make in `ms`. */
import { Pool } from "undici";

interface Load {
  readonly url: string;
  readonly ms: number;
  readonly connections: number;
}

process.on("disconnect", () => process.exit());
process.on("message", (load: Load) => void run(load));

async function run({ url, ms, connections }: Load): Promise<void> {
  const pool = new Pool(url, { connections, allowH2: false });
  const startedAt = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() - startedAt < ms) {
        const { statusCode, body } = await pool.request({ path: "/", method: "GET" });
        await body.dump();
        if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`);
        done += 1;
      }
    }),
  );
  process.send?.((1000 * done) / (performance.now() - startedAt));
  await pool.close();
}
