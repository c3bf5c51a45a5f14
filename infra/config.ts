/** The stack's configuration, read and checked as a whole: every problem is reported at once. */
import { z } from "zod";
import { RehearsedBreak, type EnvironmentArgs } from "../components/args.ts";
import type { Problem } from "../base/errors.ts";
import { Slot } from "../guard/slot.ts";

/** Pulumi keeps every configuration value as text; structured ones as JSON text. */
const number = z
  .string()
  .regex(/^\d+(\.\d+)?$/, "a number")
  .transform(Number);
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
  strategy: z.literal("blue-green", "blue-green").default("blue-green"),
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
  rehearseWithout: oneOf(RehearsedBreak).optional(),
});

export interface StackConfig {
  readonly name: string;
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
  if (!parsed.success) {
    return { problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, own)) };
  }
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
    rehearseWithout,
    strategy: _strategy,
    ...workload
  } = parsed.data;
  return {
    config: {
      name: environment,
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
          rehearseWithout,
        }),
      },
    },
  };
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
