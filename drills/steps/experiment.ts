/**
 * An experiment of AWS FIS, by its template. It bears the drill's lease as a tag, by which whoever clears
 * up finds it, and ends by itself when the last of its actions does.
 */
import { z } from "zod";
import { environmentError } from "../../base/errors.ts";
import { ENVIRONMENT_TAG, environmentNames } from "../../guard/names.ts";
import { Slot } from "../../guard/slot.ts";
import type { Experiment, ExperimentTarget } from "../outside/experiments.ts";
import { awaited } from "./standing.ts";
import { type PlannedStep, type StepPorts, stepKind } from "./step.ts";

/** Its value is the drill's lease. */
const LEASE_TAG = "backout:drill-lease";
/** FIS resolves targets and assumes its role first, within so long (nominal). */
const START_MS = 180_000;
const STOP_MS = 180_000;

const ACTS = "running";
const ENDED = new Set(["completed", "stopped", "failed", "cancelled"]);

export const experiment = stepKind(
  z.object({
    kind: z.literal("fis-experiment"),
    slot: z.enum(Slot),
    template: z.string(),
    leaseId: z.string(),
  }),
  {
    name: ({ template }) => `FIS experiment of template ${template}`,

    async begin(ports, { template, leaseId }) {
      const { experiments } = ports.outside;
      if (!experiments) throw environmentError("no-fis", "there is no AWS FIS here");
      const id = await experiments.start(template, leaseId, { [LEASE_TAG]: leaseId });
      let shown: Experiment = await experiments.get(id);
      await awaited(ports, `experiment ${id}`, START_MS, async () => {
        shown = await experiments.get(id);
        if (ENDED.has(shown.status)) {
          throw environmentError("experiment-ended", `experiment ${id} ${endingOf(shown)}`);
        }
        return shown.status === ACTS;
      });
      let isOver = false;
      return {
        sinceWallMs: shown.startedMs ?? ports.clock.wall(),
        isOver: () => isOver,
        actedSince: async () => {
          const { status } = await experiments.get(id);
          isOver = status !== ACTS;
          return status === ACTS;
        },
        wordWithinMs: 0,
        end: () => {},
      };
    },

    async undo(ports, { template, leaseId }) {
      const { experiments } = ports.outside;
      if (!experiments) return [];
      const left = async (): Promise<readonly Experiment[]> => {
        const own = await experiments.tagged(template, LEASE_TAG, leaseId);
        return own.filter(({ status }) => !ENDED.has(status));
      };
      for (const { id, status } of await left()) {
        if (status !== "stopping") await experiments.stop(id);
      }
      const isOver = async (): Promise<boolean> => (await left()).length === 0;
      await awaited(ports, "the experiment's end", STOP_MS, isOver).catch(() => {});
      return (await left()).map((one) => `experiment ${one.id} ${endingOf(one)}`);
    },
  },
);

function endingOf({ status, reason }: Experiment): string {
  return `is ${status}${reason === "" ? "" : `: ${reason}`}`;
}

export function runsExperiment(template: string): PlannedStep {
  return {
    permissions: [
      "fis:GetExperiment",
      "fis:GetExperimentTemplate",
      "fis:ListExperiments",
      "fis:StartExperiment",
      "fis:StopExperiment",
      "fis:TagResource",
    ],
    async prepare({ outside, store }: StepPorts, { candidate, leaseId }) {
      if (!outside.experiments) return { problems: ["there is no AWS FIS here"] };
      const { environment } = await store.read();
      const targets = await outside.experiments.targetsOf(template);
      const problems = targets.flatMap((target) => strangerIn(target, environment, candidate));
      if (problems.length > 0) return { problems };
      const data = { kind: "fis-experiment", slot: candidate, template, leaseId } as const;
      return { step: experiment.of(data) };
    },
  };
}

/** Why a target of the template may be another's than the candidate's; empty when it cannot be. */
export function strangerIn(target: ExperimentTarget, environment: string, slot: Slot): string[] {
  const names = environmentNames(environment);
  const service = names.service[slot];
  const { name, resourceType, resourceArns, resourceTags, parameters } = target;
  const isSlots =
    parameters["service"] === service && parameters["cluster"]?.split("/").at(-1) === names.cluster;
  const areSlots =
    resourceArns.length > 0 &&
    resourceArns.every((arn) => arn.endsWith(`/${names.cluster}/${service}`));
  if (isSlots || areSlots) return [];
  const what =
    resourceTags[ENVIRONMENT_TAG] === environment
      ? "reaches the stable slot as well"
      : "is not held to this environment";
  return [
    `target ${name} (${resourceType}) of the template ${what}: give it the parameters ` +
      `cluster=${names.cluster} and service=${service}, or the ARN of that service`,
  ];
}
