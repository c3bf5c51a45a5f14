/** What an environment's verification is told, and every rule that it must obey. */
import { z } from "zod";
import type { Problem } from "../base/errors.ts";
import { withoutUser } from "../base/urls.ts";
import { type HttpCheck, httpCheckSchema } from "../guard/verification/httpCheck.ts";
import { renderVerification, type VerificationSettings } from "../guard/verification/settings.ts";
import { checks } from "./checks.ts";

/**
 * Asked by the guard's function, which runs outside of your network: an address that only your
 * network reaches never answers it, and no answer is not good.
 */
export interface HttpCheckArgs {
  /** What people call it. @default its address */
  readonly name?: string | undefined;
  /** `http` or `https`, without user and password; at most 512 characters. Redirects are not followed. */
  readonly url: string;
  /** The status that is good, 100 to 599. @default any from 200 to 299 */
  readonly expectStatus?: number | undefined;
}

export interface VerificationArgs {
  /**
   * Asked every minute after a reversion until the environment is verified, each within 2 s; at most
   * 5. They never delay a reversion. There is no default one: whether the function can reach the
   * listener depends on `network.allowedCidrs`, and the targets' own health checks are judged anyway.
   * @default none
   */
  readonly smokeChecks?: readonly HttpCheckArgs[];
  /**
   * Asked every minute while a rollout runs and while the previous release is warm: what the release
   * on the way back needs is still there (dependencies, a data schema that it can read). A rollout
   * does not rise unless all of them are good; a reversion never waits for them. At most 5, within 2 s.
   * @default none: the way back is judged by healthy targets and the guard alarm alone
   */
  readonly wayBackChecks?: readonly HttpCheckArgs[];
}

const MOST_CHECKS = 5;
/** Of the 4 KB that all variables of a Lambda function may have together. */
const MOST_CHARACTERS = 2_048;

export function verificationProblems(args: VerificationArgs): Problem[] {
  const { problems, check } = checks();
  const lists = { smokeChecks: args.smokeChecks, wayBackChecks: args.wayBackChecks };
  for (const [key, list = []] of Object.entries(lists)) {
    const field = `guard.${key}`;
    check(list.length <= MOST_CHECKS, field, list.length, `at most ${MOST_CHECKS} checks`);
    list.forEach((one: unknown, index) => {
      const at = `${field}[${index}]`;
      const read = z.record(z.string(), z.unknown()).safeParse(one);
      check(read.success, at, one, "an object with url, and where wanted name and expectStatus");
      if (!read.success) return;
      const { name, url, expectStatus, ...others } = read.data;
      for (const [other, value] of Object.entries(others)) {
        check(false, `${at}.${other}`, value, "one of url, name, expectStatus");
      }
      check(
        httpCheckSchema.shape.name.safeParse(name).success,
        `${at}.name`,
        name,
        "a text that is not empty",
      );
      const allowed = "an http or https address without user and password";
      check(isUrl(url), `${at}.url`, withoutUser(url), allowed);
      check(
        httpCheckSchema.shape.expectStatus.safeParse(expectStatus).success,
        `${at}.expectStatus`,
        expectStatus,
        "an integer from 100 to 599",
      );
    });
  }
  const length = renderVerification(verificationOf(args, 0))?.length ?? 0;
  check(
    length <= MOST_CHARACTERS,
    "guard.smokeChecks",
    `${length} characters`,
    `at most ${MOST_CHARACTERS} characters as JSON, together with guard.wayBackChecks`,
    "they are variables of the guard's function: use shorter addresses, or fewer",
  );
  return problems;
}

/** @param minimumRequests as of a rollout's step */
export function verificationOf(
  args: VerificationArgs,
  minimumRequests: number,
): VerificationSettings {
  const { smokeChecks = [], wayBackChecks = [] } = args;
  return { smokeChecks: [...smokeChecks], wayBackChecks: [...wayBackChecks], minimumRequests };
}

function isUrl(text: unknown): text is HttpCheck["url"] {
  if (typeof text !== "string" || text.length > 512 || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}
