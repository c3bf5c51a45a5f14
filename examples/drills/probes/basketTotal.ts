/** A probe of one's own: what a customer sees in the basket, asked for as a customer would. */
import { z } from "zod";
import type { ProbeDefinition } from "../../../drills/api.ts";

const parameters = z.strictObject({
  least: z.number().min(0).default(0).describe("the least total that is no mistake, from 0"),
});
const answer = z.object({ basket: z.object({ total: z.number() }) });

const basketTotal: ProbeDefinition<z.infer<typeof parameters>> = {
  name: "basket-total",
  summary: "the total of the basket",
  parameters,
  async look({ url, signal }, { least }) {
    if (url === undefined) return { holds: null, shown: "the shop's address is not known" };
    const response = await fetch(url, { signal });
    const { basket } = answer.parse(await response.json());
    return { holds: basket.total >= least, shown: `the basket's total is ${basket.total}` };
  },
};

export default basketTotal;
