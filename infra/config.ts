/** The stack's configuration, read and checked as a whole: every problem is reported at once. */
import { z } from "zod";
import { environmentProblems, type EnvironmentArgs } from "../components/args.ts";
import type { Problem } from "../base/errors.ts";
import type { DrillScheduleArgs } from "../components/drillScheduleArgs.ts";
import { RehearsedBreak } from "../components/guardArgs.ts";
import { AnswerType, LastResort } from "../components/lastResort.ts";
import { rolloutSettings, Strategy, STRATEGY_STEPS } from "../components/rolloutArgs.ts";
import type { HookArgs } from "../components/rolloutHooks.ts";
import type { HttpCheckArgs } from "../components/verificationArgs.ts";
import { OnBad, OnDeadline } from "../guard/rollout/rollout.ts";
import { Slot } from "../guard/slot.ts";
import { PublicRoutes } from "../guard/testRoutes.ts";

/** Pulumi keeps every configuration value as text; structured ones as JSON text. */
const number = z
  .string()
  // What is no number is out of every range: `environmentProblems` says which one is meant.
  .transform((text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN));
const boolean = z.enum(["true", "false"], "true or false").transform((text) => text === "true");
const list = z.string().transform((text, context): string[] => {
  try {
    return z.array(z.string()).parse(JSON.parse(text));
  } catch {
    context.addIssue({ code: "custom", message: 'JSON such as ["one", "two"]' });
    return z.NEVER;
  }
});
/** Each member is looked at by the component's own rules. */
const httpChecks = z.string().transform((text, context): HttpCheckArgs[] => {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `verificationProblems` takes whatever it is
    return z.array(z.unknown()).parse(JSON.parse(text)) as HttpCheckArgs[];
  } catch {
    const message = 'JSON such as [{"name": "shop", "url": "https://…", "expectStatus": 200}]';
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  }
});
/** As those are. */
const hooks = z.string().transform((text, context): HookArgs[] => {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `parseHooks` takes whatever it is
    return z.array(z.unknown()).parse(JSON.parse(text)) as HookArgs[];
  } catch {
    const message =
      'JSON such as [{"name": "smoke", "when": "before", "kind": "http", "url": "…"}]';
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  }
});
const oneOf = <T extends Readonly<Record<string, string>>>(values: T) =>
  z.enum(values, Object.values(values).join(" or "));

/** Key, shape and place in the component's arguments: the one table of what a stack can say. */
const configSchema = z.strictObject({
  environment: z.string().default("checkout"),
  strategy: oneOf(Strategy).default(Strategy.BlueGreen),
  blueRelease: z.string("an image name, set with `pulumi config set backout:blueRelease IMAGE`"),
  greenRelease: z.string("an image name, set with `pulumi config set backout:greenRelease IMAGE`"),
  initialStable: oneOf(Slot).optional(),
  listenerPort: number.optional(),
  containerPort: number.optional(),
  desiredCount: number.optional(),
  idleCount: number.optional(),
  healthCheckPath: z.string().optional(),
  faultSidecarImage: z.string().optional(),
  vpcId: z.string().optional(),
  subnetIds: list.optional(),
  allowedCidrs: list.optional(),
  assignPublicIp: boolean.optional(),
  errorRatePercent: number.optional(),
  minimumRequestsPerMinute: number.optional(),
  latencyP99Seconds: number.optional(),
  latencyRatio: number.optional(),
  fastSignals: boolean.optional(),
  /** Separated by blanks: `errors=immediate latency=vote:2 latencyRatio=vote votesNeeded=2`. */
  signalPolicy: z.string().optional(),
  sentinel: boolean.optional(),
  sentinelAlpha: number.optional(),
  smokeChecks: httpChecks.optional(),
  wayBackChecks: httpChecks.optional(),
  secondWay: boolean.optional(),
  lastResort: oneOf(LastResort).optional(),
  lastResortAfter: z.string().optional(),
  lastResortUntil: z.string().optional(),
  lastResortStatus: number.optional(),
  lastResortContentType: oneOf(AnswerType).optional(),
  lastResortBody: z.string().optional(),
  lastResortRetryAfter: number.optional(),
  probePath: z.string().optional(),
  rehearseWithout: oneOf(RehearsedBreak).optional(),
  /** Separated by blanks: `5:5m 25:10m 50:10m:gate`. */
  steps: z.string().optional(),
  minimumRequests: number.optional(),
  decideWithin: z.string().optional(),
  onDeadline: oneOf(OnDeadline).optional(),
  onBad: oneOf(OnBad).optional(),
  warm: z.string().optional(),
  hooks: hooks.optional(),
  /** Set with `pulumi config set --secret`, as the key below. */
  slackUrl: z.string().optional(),
  pagerDutyRoutingKey: z.string().optional(),
  pagerDutyUrl: z.string().optional(),
  testListenerPort: number.optional(),
  testAllowedCidrs: list.optional(),
  testPublicRoutes: oneOf(PublicRoutes).optional(),
  /** Set with `pulumi config set --secret`. */
  testSecret: z.string().optional(),
  testHeader: z.string().optional(),
  testCookie: z.string().optional(),
  /** The schedule file, beside Pulumi.yaml or below it; the other two say how its drills are run. */
  drillSchedule: z.string().optional(),
  drillImage: z.string().optional(),
  drillJournal: z.string().optional(),
});

export interface StackConfig {
  readonly name: string;
  readonly strategy: Strategy;
  readonly args: EnvironmentArgs;
  /** Its file as it was written; undefined without one. */
  readonly drills: DrillScheduleArgs | undefined;
}

/**
 * @param raw the stack's configuration under its full keys, as `pulumi.runtime.allConfig` gives it
 * @returns the arguments, or every problem of every `backout:` key
 */
export function readConfig(
  raw: Readonly<Record<string, string>>,
): { config: StackConfig } | { problems: Problem[] } {
  const own = Object.fromEntries(
    Object.entries(raw)
      .filter(([key]) => key.startsWith("backout:"))
      .map(([key, value]) => [key.slice("backout:".length), value]),
  );
  const parsed = configSchema.safeParse(own);
  const unreadable = (parsed.error?.issues ?? []).flatMap((issue) => problemsOf(issue, own));
  const config = render(parsed.data ?? readable(own));
  // A key that cannot be read has been reported; what stands in for it obeys no rule.
  const reported = new Set(unreadable.map(({ field }) => field));
  const { problems: unfitRollout } = rolloutSettings(
    config.args.rollout ?? {},
    STRATEGY_STEPS[config.strategy],
  );
  const unfit = [...environmentProblems(config.name, config.args), ...unfitRollout]
    .map((problem) => underKey(problem, own))
    .filter(({ field }) => !reported.has(field));
  const problems = [...unreadable, ...unfit, ...drillKeyProblems(own)];
  return problems.length > 0 ? { problems } : { config };
}

type Settings = z.infer<typeof configSchema>;

/** The keys that can be read on their own, so that one bad key hides no problem of another. */
function readable(own: Readonly<Record<string, string>>): Settings {
  const settings = Object.entries(configSchema.shape).map(([key, shape]) => [
    key,
    shape.safeParse(own[key]).data,
  ]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a missing one is reported
  return {
    environment: "unread",
    strategy: Strategy.BlueGreen,
    ...defined(Object.fromEntries(settings)),
  } as Settings;
}

function render(settings: Settings): StackConfig {
  const {
    environment,
    blueRelease,
    greenRelease,
    initialStable,
    listenerPort,
    vpcId,
    subnetIds,
    allowedCidrs,
    assignPublicIp,
    errorRatePercent,
    minimumRequestsPerMinute,
    latencyP99Seconds,
    latencyRatio,
    fastSignals,
    signalPolicy,
    sentinel,
    sentinelAlpha,
    smokeChecks,
    wayBackChecks,
    secondWay,
    lastResort,
    lastResortAfter,
    lastResortUntil,
    lastResortStatus,
    lastResortContentType,
    lastResortBody,
    lastResortRetryAfter,
    probePath,
    rehearseWithout,
    steps,
    minimumRequests,
    decideWithin,
    onDeadline,
    onBad,
    warm,
    hooks: rolloutHooks,
    slackUrl,
    pagerDutyRoutingKey,
    pagerDutyUrl,
    testListenerPort,
    testAllowedCidrs,
    testPublicRoutes,
    testSecret,
    testHeader,
    testCookie,
    drillSchedule,
    drillImage,
    drillJournal,
    strategy,
    ...workload
  } = settings;
  const notify = defined({ slackUrl, pagerDutyRoutingKey, pagerDutyUrl });
  const testRoutes = defined({
    listenerPort: testListenerPort,
    allowedCidrs: testAllowedCidrs,
    onPublicListener: testPublicRoutes,
    secret: testSecret,
    header: testHeader,
    cookie: testCookie,
  });
  return {
    name: environment,
    strategy,
    drills:
      drillSchedule === undefined
        ? undefined
        : { file: drillSchedule, image: drillImage ?? "", journal: drillJournal ?? "" },
    args: {
      releases: { blue: blueRelease, green: greenRelease },
      ...defined({ initialStable, listenerPort }),
      network: defined({ vpcId, subnetIds, allowedCidrs, assignPublicIp }),
      workload: defined(workload),
      guard: defined({
        errorRatePercent,
        minimumRequestsPerMinute,
        latencyP99Seconds,
        latencyRatio,
        fastSignals,
        policy: signalPolicy,
        sentinel,
        sentinelAlpha,
        smokeChecks,
        wayBackChecks,
        notify: Object.keys(notify).length > 0 ? notify : undefined,
        secondWay,
        lastResort,
        lastResortAfter,
        lastResortUntil,
        lastResortStatus,
        lastResortContentType,
        lastResortBody,
        lastResortRetryAfter,
        probePath,
        rehearseWithout,
      }),
      rollout: defined({
        steps,
        minimumRequests,
        decideWithin,
        onDeadline,
        onBad,
        warm,
        hooks: rolloutHooks,
      }),
      ...(Object.keys(testRoutes).length > 0 && { testRoutes }),
    },
  };
}

const DRILL_KEYS = {
  drillSchedule: "the path of a schedule file: the other keys of drills say how it is run",
  drillImage: "the image of the runner, which runs the schedule file",
  drillJournal: "s3://BUCKET/PREFIX or a directory of the container, for the schedule file's runs",
};

/** A schedule needs all three of its keys, and without one the others mean nothing. */
function drillKeyProblems(own: Readonly<Record<string, string>>): Problem[] {
  const entries = Object.entries(DRILL_KEYS);
  const missing = entries.filter(([key]) => own[key] === undefined);
  if (missing.length === entries.length) return [];
  return missing.map(([key, allowed]) => ({ field: `backout:${key}`, value: undefined, allowed }));
}

/** Arguments whose key is not the last part of their own name. */
const KEYS: Readonly<Record<string, string>> = {
  "releases.blue": "blueRelease",
  "releases.green": "greenRelease",
  "testRoutes.listenerPort": "testListenerPort",
  "testRoutes.allowedCidrs": "testAllowedCidrs",
  "testRoutes.onPublicListener": "testPublicRoutes",
  "testRoutes.secret": "testSecret",
  "testRoutes.header": "testHeader",
  "testRoutes.cookie": "testCookie",
};

const SECRETS: ReadonlySet<string> = new Set(["testSecret", "slackUrl", "pagerDutyRoutingKey"]);

/** A component's problem as the user wrote it: `workload.desiredCount` is `backout:desiredCount`. */
function underKey(problem: Problem, own: Readonly<Record<string, string>>): Problem {
  // Steps and hooks are one key, and each of them has problems of its own.
  const step = /^rollout\.((?:steps|hooks).*)$/.exec(problem.field)?.[1];
  if (step !== undefined) return { ...problem, field: `backout:${step}` };
  // So is the policy.
  const signal = /^guard\.policy(.*)$/.exec(problem.field)?.[1];
  if (signal !== undefined) return { ...problem, field: `backout:signalPolicy${signal}` };
  // So are lists of checks.
  const check = /^guard\.((?:smoke|wayBack)Checks.*)$/.exec(problem.field)?.[1];
  if (check !== undefined) return { ...problem, field: `backout:${check}` };
  const key = KEYS[problem.field] ?? problem.field.split(".").at(-1)!;
  // A secret is not repeated in an error.
  const value = SECRETS.has(key) ? problem.value : (own[key] ?? problem.value);
  return { ...problem, field: `backout:${key}`, value };
}

function problemsOf(issue: z.core.$ZodIssue, own: Record<string, string>): Problem[] {
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(configSchema.shape).join(", ");
    return issue.keys.map((key) => ({
      field: `backout:${key}`,
      // It may be a secret under a misspelt key.
      value: "(not shown)",
      allowed: `one of the keys ${known}`,
    }));
  }
  const key = String(issue.path[0]);
  return [{ field: `backout:${key}`, value: own[key], allowed: issue.message }];
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Leaves out what is not set, so that a component's own default holds. */
function defined<T extends object>(values: T): Defined<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the filter is what the type says
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}
