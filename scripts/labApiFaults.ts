/** Faults of the lab's AWS as drills place them: over the lab's own HTTP, found again by their seed. */
import { z } from "zod";
import { environmentError } from "../base/errors.ts";
import type { ApiFaults } from "../drills/outside/outside.ts";
import { apiFaultSchema } from "./runningLab.ts";

const TIMEOUT_MS = 5_000;

const listSchema = z.object({ faults: z.array(apiFaultSchema) });

export function labApiFaults(endpoint: string): ApiFaults {
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(new URL(path, endpoint), {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer: unknown = await response.json();
    // A fault whose time is over meanwhile is as good as cleared.
    if (response.ok || (method === "DELETE" && response.status === 404)) return answer;
    const said = z.object({ error: z.string() }).safeParse(answer).data?.error;
    throw environmentError("api-fault-refused", said ?? `the lab answered ${response.status}`);
  };
  const idsOf = async (seed: number): Promise<string[]> => {
    const { faults } = listSchema.parse(await ask("GET", "/_lab/faults"));
    return faults.filter((fault) => fault.seed === seed).map(({ id }) => id);
  };
  return {
    add: async (order) => void (await ask("POST", "/_lab/faults", order)),
    isActive: async (seed) => (await idsOf(seed)).length > 0,
    async clear(seed) {
      for (const id of await idsOf(seed)) await ask("DELETE", `/_lab/faults/${id}`);
    },
  };
}
