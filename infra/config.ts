/** The stack's configuration, read and checked as a whole: every problem is reported at once. */
import { z } from "zod";
import { environmentProblems, type EnvironmentArgs } from "../components/args.ts";
import type { Problem } from "../base/errors.ts";
import { RehearsedBreak } from "../components/guardArgs.ts";
import { rolloutSettings, Strategy, STRATEGY_STEPS } from "../components/rolloutArgs.ts";
import { OnBad, OnDeadline } from "../guard/rollout/rollout.ts";
import { Slot } from "../guard/slot.ts";

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
    context.addIssue({ code: "custom", message: "a list of texts" });
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
  sentinel: boolean.optional(),
  sentinelAlpha: number.optional(),
  rehearseWithout: oneOf(RehearsedBreak).optional(),
  /** Separated by blanks: `5:5m 25:10m 50:10m:gate`. */
  steps: z.string().optional(),
  minimumRequests: number.optional(),
  decideWithin: z.string().optional(),
  onDeadline: oneOf(OnDeadline).optional(),
  onBad: oneOf(OnBad).optional(),
  warm: z.string().optional(),
});

export interface StackConfig {
  readonly name: string;
  readonly strategy: Strategy;
  readonly args: EnvironmentArgs;
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
  const problems = [...unreadable, ...unfit];
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
    sentinel,
    sentinelAlpha,
    rehearseWithout,
    steps,
    minimumRequests,
    decideWithin,
    onDeadline,
    onBad,
    warm,
    strategy,
    ...workload
  } = settings;
  return {
    name: environment,
    strategy,
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
        sentinel,
        sentinelAlpha,
        rehearseWithout,
      }),
      rollout: defined({ steps, minimumRequests, decideWithin, onDeadline, onBad, warm }),
    },
  };
}

/** Arguments whose key is not the last part of their own name. */
const KEYS: Readonly<Record<string, string>> = {
  "releases.blue": "blueRelease",
  "releases.green": "greenRelease",
};

/** A component's problem as the user wrote it: `workload.desiredCount` is `backout:desiredCount`. */
function underKey(problem: Problem, own: Readonly<Record<string, string>>): Problem {
  // Steps are one key, and each of them has problems of its own.
  const step = /^rollout\.(steps.*)$/.exec(problem.field)?.[1];
  if (step !== undefined) return { ...problem, field: `backout:${step}` };
  const key = KEYS[problem.field] ?? problem.field.split(".").at(-1)!;
  return { ...problem, field: `backout:${key}`, value: own[key] ?? problem.value };
}

function problemsOf(issue: z.core.$ZodIssue, own: Record<string, string>): Problem[] {
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(configSchema.shape).join(", ");
    return issue.keys.map((key) => ({
      field: `backout:${key}`,
      value: own[key],
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
