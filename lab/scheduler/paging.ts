/** Pages of EventBridge Scheduler's lists. */
import { invalid } from "../events/errors.ts";
import { pagesOf } from "../indexPages.ts";

export const page = pagesOf(100, () => invalid("Invalid NextToken."));
