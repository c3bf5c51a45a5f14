/**
 * A stack's state file in Pulumi's deployment format, version 3 (sdk/go/common/apitype): what
 * `pulumi stack export --show-secrets` writes and `pulumi stack import` takes.
 */
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { environmentError, messageOf } from "../../base/errors.ts";
import { isObject, SECRET, SIGNATURE, type Properties, type Value } from "../resources/values.ts";

export const HookKind = {
  BeforeCreate: "beforeCreate",
  AfterCreate: "afterCreate",
  BeforeUpdate: "beforeUpdate",
  AfterUpdate: "afterUpdate",
  BeforeDelete: "beforeDelete",
  AfterDelete: "afterDelete",
} as const;
export type HookKind = (typeof HookKind)[keyof typeof HookKind];
export type HookNames = Partial<Record<HookKind, string[]>>;

/** One resource as the deployment format has it; members that are empty are left out. */
export interface ResourceState {
  urn: string;
  custom: boolean;
  type: string;
  id?: string;
  inputs?: Properties;
  outputs?: Properties;
  parent?: string;
  /** Replaced, still to be deleted. */
  delete?: boolean;
  protect?: boolean;
  external?: boolean;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[]>;
  /** `URN::ID` of the provider resource. */
  provider?: string;
  /** What went wrong after the resource was made. */
  initErrors?: string[];
  /** Deleted ahead of its replacement, which was not made yet. */
  pendingReplacement?: boolean;
  additionalSecretOutputs?: string[];
  retainOnDelete?: boolean;
  deletedWith?: string;
  ignoreChanges?: string[];
  replaceOnChanges?: string[];
  resourceHooks?: HookNames;
  created?: string;
  modified?: string;
}

export interface PendingOperation {
  readonly resource: ResourceState;
  readonly type: "creating" | "updating" | "deleting" | "reading";
}

export interface StateFile {
  readonly resources: readonly ResourceState[];
  readonly pending: readonly PendingOperation[];
}

interface Deployment {
  readonly version: number;
  readonly deployment: {
    readonly resources?: ResourceState[];
    readonly pending_operations?: PendingOperation[];
  };
}

/** Throws what is wrong with a state that no engine wrote. */
function asDeployment(parsed: Value): Deployment {
  if (!isObject(parsed) || Object.keys(parsed).length === 0) throw new Error("it holds no state");
  const { version, deployment } = parsed;
  // Version 4 is version 3 with a list of the features that it uses, such as hooks.
  if (version !== 3 && version !== 4) {
    throw new Error(`its version is ${JSON.stringify(version) ?? "missing"}, not 3 or 4`);
  }
  if (!isObject(deployment ?? null)) throw new Error("it holds no deployment");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the version says the shape
  return parsed as unknown as Deployment;
}

/** Reads `file`; one that does not exist is an empty stack. */
export async function readState(file: string): Promise<StateFile> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (missing) return { resources: [], pending: [] };
    throw error;
  }
  try {
    const { deployment } = asDeployment(JSON.parse(text));
    return {
      resources: (deployment.resources ?? []).map(revealed),
      pending: (deployment.pending_operations ?? []).map(({ type, resource }) => ({
        type,
        resource: revealed(resource),
      })),
    };
  } catch (error) {
    throw environmentError(
      "bad-state",
      `The state file ${file} cannot be used: ${messageOf(error)}`,
      "Restore it from a copy, or delete it and restart the lab (`backout lab stop`, then start): " +
        "a new lab begins with an empty stack.",
    );
  }
}

/** Replaces `file` in one step: a crash leaves the old file or the new one. */
export async function writeState(file: string, state: StateFile): Promise<void> {
  const deployment: Record<string, unknown> = {
    manifest: { time: new Date().toISOString(), magic: "", version: "" },
    resources: state.resources.map(concealed),
  };
  if (state.pending.length > 0) {
    deployment["pending_operations"] = state.pending.map(({ type, resource }) => ({
      type,
      resource: concealed(resource),
    }));
  }
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  const handle = await open(draft, "w", 0o600);
  try {
    await handle.writeFile(JSON.stringify({ version: 3, deployment }, undefined, 2));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}

/** Secrets are `{value}` on the wire and `{plaintext: JSON}` in an exported state. */
function concealed(state: ResourceState): ResourceState {
  return mapSecrets(state, (secret) => ({
    [SIGNATURE]: SECRET,
    plaintext: JSON.stringify(secret["value"] ?? null),
  }));
}

function revealed(state: ResourceState): ResourceState {
  return mapSecrets(state, (secret) => {
    if (typeof secret["plaintext"] === "string") {
      const value: Value = JSON.parse(secret["plaintext"]);
      return { [SIGNATURE]: SECRET, value };
    }
    throw new Error(`${state.urn} holds an encrypted secret; export it with --show-secrets`);
  });
}

function mapSecrets(
  state: ResourceState,
  change: (secret: Properties) => Properties,
): ResourceState {
  const walk = (value: Value): Value => {
    if (Array.isArray(value)) return value.map(walk);
    return isObject(value) ? walkObject(value) : value;
  };
  const walkObject = (value: Properties): Properties => {
    if (value[SIGNATURE] === SECRET) return change(value);
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, walk(member)]));
  };
  return {
    ...state,
    ...(state.inputs ? { inputs: walkObject(state.inputs) } : {}),
    ...(state.outputs ? { outputs: walkObject(state.outputs) } : {}),
  };
}
