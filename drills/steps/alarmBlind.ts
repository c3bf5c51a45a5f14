/**
 * Points the alarms over a slot's failed requests at metrics that nobody publishes, by a dimension
 * more: they see nothing, and are OK.
 */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { Slot } from "../../guard/slot.ts";
import type { AlarmDefinition } from "../outside/machinery.ts";
import { standing } from "./standing.ts";
import { type PlannedStep, type StepPorts, stepKind } from "./step.ts";

/** All that see failed requests; those over latency and targets see other things. */
export const OVER_ERRORS = ["errors", "fastErrors"] as const;

const definition = z.looseObject({ AlarmName: z.string() });
const schema = z.object({
  kind: z.literal("alarm-blind"),
  slot: z.enum(Slot),
  alarms: z.array(z.object({ before: definition, during: definition })),
});

export const alarmBlind = stepKind(schema, {
  name: ({ alarms }) => `definition of ${alarms.map(({ before }) => before.AlarmName).join(", ")}`,

  async begin(ports, { alarms }) {
    const sinceWallMs = ports.clock.wall();
    for (const { during } of alarms) await ports.outside.machinery.define(during);
    return standing(sinceWallMs, async () => {
      const are = await Promise.all(alarms.map(({ during }) => isDefined(ports, during)));
      return are.every(Boolean);
    });
  },

  undo: (ports, { alarms }) => putDefinitionsBack(ports, alarms),
});

interface Redefinition {
  readonly before: AlarmDefinition;
  readonly during: AlarmDefinition;
}

/** Returns those that it could not put back, by name. */
export async function putDefinitionsBack(
  ports: StepPorts,
  alarms: readonly Redefinition[],
): Promise<string[]> {
  const left: string[] = [];
  for (const { before, during } of alarms) {
    // Somebody else's definition since then is not the drill's to change.
    if (!(await isDefined(ports, during))) continue;
    await ports.outside.machinery.define(before);
    if (!(await isDefined(ports, before))) left.push(`alarm ${before.AlarmName} is not as it was`);
  }
  return left;
}

async function isDefined({ outside }: StepPorts, wanted: AlarmDefinition): Promise<boolean> {
  return isDeepStrictEqual(await outside.machinery.definitionOf(wanted.AlarmName), wanted);
}

export function blindsAlarms(): PlannedStep {
  return {
    first: true,
    permissions: ["cloudwatch:PutMetricAlarm"],
    async prepare({ alarms, outside }, { candidate, runId }) {
      const shown = await alarms.read(candidate);
      const names = OVER_ERRORS.flatMap((signal) => shown[signal]?.name ?? []);
      const before = await Promise.all(names.map((name) => outside.machinery.definitionOf(name)));
      const changes = before.map((one) => ({ before: one, during: blinded(one, runId) }));
      return { step: alarmBlind.of({ kind: "alarm-blind", slot: candidate, alarms: changes }) };
    },
  };
}

/** The same alarm with one dimension more wherever it names a metric's dimensions. */
export function blinded(alarm: AlarmDefinition, value: string): AlarmDefinition {
  const within = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(within);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, member]: [string, unknown]) => [
        key,
        key === "Dimensions" && Array.isArray(member)
          ? [...(member as unknown[]), { Name: "backout-drill", Value: value }]
          : within(member),
      ]),
    );
  };
  const { AlarmName, ...rest } = alarm;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object, as `rest` is one
  return { AlarmName, ...(within(rest) as object) };
}
