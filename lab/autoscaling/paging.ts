/** Pages of Application Auto Scaling's lists. */
import { pagesOf } from "../indexPages.ts";
import { AwsError } from "../service.ts";

export const page = pagesOf(
  50,
  () => new AwsError("InvalidNextTokenException", "The next token supplied was invalid."),
);
