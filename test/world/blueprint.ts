/**
 * The real stack in many labs: the engine runs the stack's program once, and what it made is then
 * made again in each lab, in the same order and by the same handlers. So an environment of a
 * simulation has the components' own alarms, rules and policies, and costs milliseconds.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStack } from "../../lab/engine/run.ts";
import { readState } from "../../lab/engine/state.ts";
import { type InProcessLab, startInProcessLab } from "../../lab/inProcess/lab.ts";
import { makeClients } from "../../lab/resources/clients.ts";
import { callInvoke } from "../../lab/resources/invoke.ts";
import { mirrored } from "../../lab/resources/outputs.ts";
import { labResources } from "../../lab/resources/table.ts";
import type { Context } from "../../lab/resources/types.ts";
import {
  ARCHIVE,
  ASSET,
  isArchive,
  isObject,
  type Properties,
  SIGNATURE,
  textOf,
  unwrapSecrets,
  type Value,
} from "../../lab/resources/values.ts";
import { packageDirectory } from "../../scripts/paths.ts";

interface Part {
  readonly type: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

export interface Blueprint {
  /** In an order in which every part comes after those that it names. */
  readonly parts: readonly Part[];
  /** Of the lab that it was drawn in: a default VPC and its subnets. */
  readonly network: readonly string[];
}

/** The stack's config by full key, without what every simulation says. */
export type StackConfig = Readonly<Record<string, string>>;

const drawn = new Map<string, Promise<Blueprint>>();

/** Drawn once per config and process: it takes a process of its own, and seconds. */
export function blueprintOf(config: StackConfig): Promise<Blueprint> {
  const key = JSON.stringify(config);
  const known = drawn.get(key) ?? draw(config);
  drawn.set(key, known);
  return known;
}

async function draw(config: StackConfig): Promise<Blueprint> {
  const directory = await mkdtemp(join(tmpdir(), "backout-blueprint-"));
  const lab = await startInProcessLab();
  try {
    const stateFile = join(directory, "state.json");
    const drawing = runStack({
      kind: "up",
      program: { projectName: "backout", main: "infra/index.ts", cwd: packageDirectory },
      stack: "simulated",
      config: { "aws:region": "us-east-1", ...config },
      stateFile,
      aws: lab.clientConfig,
    });
    const { errors } = await passing(lab, drawing);
    if (errors.length > 0) throw new Error(`no blueprint: ${JSON.stringify(errors)}`);
    const { resources } = await readState(stateFile);
    return {
      parts: resources.flatMap(({ custom, type, id = "", inputs = {}, outputs = {} }) =>
        custom && type.startsWith("aws:")
          ? [{ type, id, inputs: unwrapSecrets(inputs), outputs: unwrapSecrets(outputs) }]
          : [],
      ),
      network: await networkOf(contextOf(lab)),
    };
  } finally {
    await lab.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Nominal milliseconds after a lab's begin at which its stack is made. */
const BUILT_MS = 60_000;

/**
 * Makes the whole stack in `lab`, at the same nominal time whatever the machine: tables, which take
 * a while to become active and wait for nothing, come first.
 */
export async function build({ parts, network }: Blueprint, lab: InProcessLab): Promise<void> {
  const context = contextOf(lab);
  const here = await networkOf(context);
  /** Ids and ARNs of the lab it was drawn in, and what they are in this one. */
  const names = new Map(network.map((there, index) => [there, here[index] ?? there]));
  const make = async ({ type, id, inputs, outputs }: Part): Promise<void> => {
    const handlers = await labResources.resource(type);
    const made = await handlers.create(mirrored(translated(inputs, names)), context);
    names.set(id, made.id);
    learn(outputs, made.outputs, names);
  };
  const startMs = lab.clock.now();
  await passing(lab, Promise.all(parts.filter(isTable).map(make)));
  await lab.advance((startMs + BUILT_MS - lab.clock.now()) / 1000);
  for (const part of parts) if (!isTable(part)) await make(part);
}

function isTable({ type }: Part): boolean {
  return type === "aws:dynamodb/table:Table";
}

/** Lets the lab's time pass until `work`, which waits for it, has ended. */
async function passing<T>(lab: InProcessLab, work: Promise<T>): Promise<T> {
  const ended = work.then(
    () => true,
    () => true,
  );
  const second = async (): Promise<boolean> => {
    await lab.advance(1);
    // What waits polls by the wall.
    await new Promise((resolve) => setTimeout(resolve, 5));
    return false;
  };
  while (!(await Promise.race([ended, second()])));
  return work;
}

function contextOf({ clientConfig }: InProcessLab): Context {
  return { clients: makeClients(clientConfig), region: clientConfig.region };
}

async function networkOf(context: Context): Promise<string[]> {
  const vpc = await callInvoke(labResources, "aws:ec2/getVpc:getVpc", { default: true }, context);
  const id = textOf(vpc["id"]);
  const filters = [{ name: "vpc-id", values: [id] }];
  const subnets = await callInvoke(
    labResources,
    "aws:ec2/getSubnets:getSubnets",
    { filters },
    context,
  );
  const ids = subnets["ids"];
  return [id, ...(Array.isArray(ids) ? ids.map(textOf) : [])];
}

/** The bundle of a function that runs in the lab's own process is never looked at. */
const NO_CODE: Value = {
  [SIGNATURE]: ARCHIVE,
  assets: { "index.js": { [SIGNATURE]: ASSET, text: "" } },
};
/** Texts that are made anew in every lab are long; shorter ones differ by their meaning. */
const SHORTEST_NAME = 12;

function learn(
  there: Value | undefined,
  here: Value | undefined,
  names: Map<string, string>,
): void {
  if (typeof there === "string" && typeof here === "string") {
    if (there !== here && there.length >= SHORTEST_NAME) names.set(there, here);
  } else if (isObject(there) && isObject(here)) {
    for (const key of Object.keys(there)) learn(there[key], here[key], names);
  }
}

function translated(inputs: Properties, names: ReadonlyMap<string, string>): Properties {
  const longestFirst = [...names]
    .filter(([there, here]) => there !== here)
    .toSorted(([a], [b]) => b.length - a.length);
  const translate = (value: Value): Value => {
    if (typeof value === "string") {
      return longestFirst.reduce((text, [there, here]) => text.replaceAll(there, here), value);
    }
    if (Array.isArray(value)) return value.map(translate);
    if (isArchive(value)) return NO_CODE;
    if (!isObject(value)) return value;
    return translateAll(value);
  };
  const translateAll = (all: Properties): Properties =>
    Object.fromEntries(Object.entries(all).map(([key, value]) => [key, translate(value)]));
  return translateAll(inputs);
}
