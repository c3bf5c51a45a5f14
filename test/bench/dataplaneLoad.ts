/** Helper process: as many requests as `connections` kept-alive ones can make in `ms`. */
import { Pool } from "undici";
import { answer } from "./helper.ts";
import type { Reached } from "./load.ts";

interface Load {
  readonly url: string;
  readonly ms: number;
  readonly connections: number;
}

answer(async ({ url, ms, connections }: Load): Promise<Reached> => {
  const pool = new Pool(url, { connections, allowH2: false });
  const startedAt = performance.now();
  let requests = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() - startedAt < ms) {
        const { statusCode, body } = await pool.request({ path: "/", method: "GET" });
        await body.dump();
        if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`);
        requests += 1;
      }
    }),
  );
  const perSecond = (1000 * requests) / (performance.now() - startedAt);
  await pool.close();
  return { requests, perSecond };
});
