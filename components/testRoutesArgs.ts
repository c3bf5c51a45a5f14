/** What an environment is told of its testers' routes, and every rule that they must obey. */
import { isIPv4 } from "node:net";
import type { Problem } from "../base/errors.ts";
import {
  DEFAULT_TEST_COOKIE,
  DEFAULT_TEST_HEADER,
  PublicRoutes,
  type TestRoutes,
} from "../guard/testRoutes.ts";
import { checks } from "./checks.ts";

/**
 * Routes by which testers reach **one slot alone**, whatever its weight: a candidate before it has
 * any traffic (a first step of weight 0), and a latched one to see what was wrong with it. They are
 * per slot and never change; `backout env status` says which slot is the candidate.
 *
 * A tester's request is a request of that slot: it counts towards `rollout.minimumRequests`, and
 * failures that testers provoke can set off the slot's alarm, which reverts the candidate and
 * latches it. The routes are tried before the weights, so no reversion stops them.
 */
export interface TestRoutesArgs {
  /**
   * Port of a second listener (HTTP), for testers alone, 1 to 65535 and not `listenerPort`. It
   * answers a request that names a slot from that slot, and every other with 404 and a word on what
   * to send. No weight stands in it.
   * @default none, no such listener
   */
  readonly listenerPort?: number;
  /**
   * Who may reach the test listener, as IPv4 CIDR blocks. Whoever may reach it may use every
   * release that is deployed, the unfinished ones too.
   * @default none: the port stays closed until a block is named here
   */
  readonly allowedCidrs?: readonly string[];
  /**
   * The routes on the listener that everybody uses, too: `open` to whoever sends the header, which
   * **anybody on the internet may then do** (unfinished releases in public, and alarms that a
   * stranger can set off), or to those who know the `secret`.
   * @default "off"
   */
  readonly onPublicListener?: PublicRoutes;
  /**
   * For `onPublicListener: "secret"`: header and cookie must then say `green.SECRET`. 16 to 64
   * lower-case letters, digits and hyphens. It keeps strangers out, not readers: it travels in clear
   * text over HTTP, the app sees it, and so does whoever may call DescribeRules. It is encrypted in
   * the stack's state.
   */
  readonly secret?: string;
  /** Header whose value names a slot: 1 to 40 letters, digits, hyphens. @default "x-backout-slot" */
  readonly header?: string;
  /** Cookie whose value names a slot, for browsers. @default "backout-slot" */
  readonly cookie?: string;
}

/** Null where the arguments ask for no route at all. */
export function testRoutesOf(args: TestRoutesArgs): TestRoutes | null {
  const publicRoutes = args.onPublicListener ?? PublicRoutes.Off;
  if (args.listenerPort === undefined && publicRoutes === PublicRoutes.Off) return null;
  return {
    header: args.header ?? DEFAULT_TEST_HEADER,
    cookie: args.cookie ?? DEFAULT_TEST_COOKIE,
    publicRoutes,
    testPort: args.listenerPort ?? null,
  };
}

/**
 * Names that mean something else already. ALB refuses conditions on Host (API reference,
 * HttpHeaderConditionConfig); hop-by-hop headers (RFC 9110, 7.6.1) may be dropped by any proxy on
 * the way, and what ALB itself sets is no word of the tester's.
 */
const TAKEN_HEADERS =
  /^(host|cookie|content-length|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|x-forwarded-.*|x-amzn-.*)$/i;

/** @param listenerPort of the listener that everybody uses */
export function testRoutesProblems(args: TestRoutesArgs, listenerPort: number): Problem[] {
  const { problems, check } = checks();
  const at = (field: keyof TestRoutesArgs): string => `testRoutes.${field}`;
  const { listenerPort: port, allowedCidrs, onPublicListener, secret, header, cookie } = args;
  check(
    port === undefined ||
      (Number.isInteger(port) && port >= 1 && port <= 65_535 && port !== listenerPort),
    at("listenerPort"),
    port,
    `an integer from 1 to 65535, and not ${listenerPort}, the port of the public listener`,
  );
  const unfit = (allowedCidrs ?? []).flatMap(cidrAdvice);
  check(
    unfit.length === 0,
    at("allowedCidrs"),
    allowedCidrs,
    "IPv4 blocks such as 10.0.0.0/8, whose address has no bit beyond the prefix",
    unfit.join("; "),
  );
  check(
    allowedCidrs === undefined || port !== undefined,
    at("allowedCidrs"),
    allowedCidrs,
    "nothing where there is no test listener",
    "set testRoutes.listenerPort (backout:testListenerPort) too",
  );
  check(
    onPublicListener === undefined || Object.values(PublicRoutes).includes(onPublicListener),
    at("onPublicListener"),
    onPublicListener,
    Object.values(PublicRoutes).join(" or "),
  );
  const secretly = onPublicListener === PublicRoutes.Secret;
  check(
    secret === undefined ? !secretly : /^[a-z0-9-]{16,64}$/.test(secret),
    at("secret"),
    // Errors are logged.
    secret === undefined ? undefined : `${secret.length} characters`,
    "16 to 64 lower-case letters, digits and hyphens",
    "the load balancer compares without regard to case, and * and ? would match anything",
  );
  check(
    secret === undefined || secretly,
    at("secret"),
    secret === undefined ? undefined : `${secret.length} characters`,
    "nothing where no route asks for it",
    'set testRoutes.onPublicListener (backout:testPublicRoutes) to "secret" too',
  );
  check(
    header === undefined || (/^[A-Za-z0-9-]{1,40}$/.test(header) && !TAKEN_HEADERS.test(header)),
    at("header"),
    header,
    "1 to 40 letters, digits and hyphens; not Host, Cookie, Content-Length, a hop-by-hop header " +
      "(Connection, Upgrade, TE, …), X-Forwarded-… or X-Amzn-…",
  );
  check(
    cookie === undefined || (/^[A-Za-z0-9_-]{1,40}$/.test(cookie) && !/^awsalb/i.test(cookie)),
    at("cookie"),
    cookie,
    "1 to 40 letters, digits, hyphens and underscores; not AWSALB…, which are the load balancer's",
  );
  return problems;
}

/** What to write in place of a block that cannot be used. */
function cidrAdvice(text: string): string[] {
  const [, address = "", bits = ""] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const prefix = Number(bits);
  if (!isIPv4(address) || prefix > 32) return [`"${text}" is no IPv4 block`];
  const whole = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const size = 2 ** (32 - prefix);
  const first = whole - (whole % size);
  if (first === whole) return [];
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return [`in place of "${text}" write "${bytes.join(".")}/${prefix}"`];
}
