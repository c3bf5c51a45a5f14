/** The guard's look of every minute: first the tick, which may revert, then what there is to verify. */
import { messageOf } from "../../base/errors.ts";
import { type Tick, tick, type TickPorts } from "../rollout/tick.ts";
import { verify, type VerifyPorts } from "./verify.ts";

/** Wall: of the function's 60 s a look after a reversion needs 16 at most. The next minute has its own. */
const LATEST_BEGIN_MS = 40_000;

/** @throws as `tick`; what goes wrong in the verification is logged, and looked at again in a minute */
export async function tickAndVerify(ticking: TickPorts, verifying: VerifyPorts): Promise<Tick> {
  const begunMs = verifying.now();
  try {
    return await tick(ticking);
  } finally {
    if (verifying.now() - begunMs < LATEST_BEGIN_MS) {
      await verify(verifying).catch((error: unknown) =>
        verifying.log(`the last reversion was not verified this time: ${messageOf(error)}`),
      );
    }
  }
}
