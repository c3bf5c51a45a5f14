/** One RegisterResource request as plain values, and what the embedded engine refuses in it. */
import type { Properties } from "../resources/values.ts";
import { fromWire, type resource } from "./proto.ts";
import { HookKind, type HookNames, type ResourceState } from "./state.ts";
import { makeUrn, parseUrn } from "./urn.ts";

export interface Registration {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly parent: string;
  /** As the program sent them: secrets marked, unknowns in previews. */
  readonly inputs: Properties;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, string[]>>;
  /** `URN::ID`; empty for the default provider. */
  readonly provider: string;
  readonly version: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deletedWith: string;
  readonly deleteBeforeReplace: boolean | undefined;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  /** URNs that the resource may have had before. */
  readonly aliases: readonly string[];
  readonly hooks: HookNames;
}

type Request = InstanceType<typeof resource.RegisterResourceRequest>;

export function readRegistration(request: Request, stack: string, project: string): Registration {
  const type = request.getType();
  const name = request.getName();
  const parent = request.getParent();
  const propertyDependencies: Record<string, string[]> = {};
  request.getPropertydependenciesMap().forEach((dependencies, key) => {
    propertyDependencies[key] = [...dependencies.getUrnsList()].sort();
  });
  return {
    urn: makeUrn(stack, project, parent, type, name),
    type,
    name,
    custom: request.getCustom(),
    parent,
    inputs: fromWire(request.getObject()),
    dependencies: [...request.getDependenciesList()].sort(),
    propertyDependencies,
    provider: request.getProvider(),
    version: request.getVersion(),
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deletedWith: request.getDeletedwith(),
    deleteBeforeReplace: request.getDeletebeforereplacedefined()
      ? request.getDeletebeforereplace()
      : undefined,
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: aliasUrns(request, stack, project),
    hooks: hookNames(request),
  };
}

/** Resource options of `request` that would need more of Pulumi than is here. */
export function refusals(request: Request): string[] {
  const refused: string[] = [];
  if (request.getRemote()) refused.push("components of another package");
  if (request.getImportid() !== "") refused.push("the import option");
  if (request.hasReplacementTrigger()) refused.push("the replacementTrigger option");
  if (request.getReplaceWithList().length > 0) refused.push("the replaceWith option");
  if (request.getTransformsList().length > 0) refused.push("the transforms option");
  if (request.getHooks()?.getOnErrorList().length) refused.push("onError hooks");
  return refused;
}

function hookNames(request: Request): HookNames {
  const binding = request.getHooks();
  if (!binding) return {};
  const all: [HookKind, string[]][] = [
    [HookKind.BeforeCreate, binding.getBeforeCreateList()],
    [HookKind.AfterCreate, binding.getAfterCreateList()],
    [HookKind.BeforeUpdate, binding.getBeforeUpdateList()],
    [HookKind.AfterUpdate, binding.getAfterUpdateList()],
    [HookKind.BeforeDelete, binding.getBeforeDeleteList()],
    [HookKind.AfterDelete, binding.getAfterDeleteList()],
  ];
  return Object.fromEntries(all.filter(([, names]) => names.length > 0));
}

function aliasUrns(request: Request, stack: string, project: string): string[] {
  const own = request.getParent();
  const specs = request.getAliasesList().map((alias) => {
    const spec = alias.getSpec();
    if (!spec) return alias.getUrn();
    const parent = spec.getNoparent() ? "" : spec.getParenturn() || own;
    return makeUrn(
      spec.getStack() || stack,
      spec.getProject() || project,
      parent,
      spec.getType() || request.getType(),
      spec.getName() || request.getName(),
    );
  });
  return [...request.getAliasurnsList(), ...specs].filter((urn) => parseUrn(urn).name !== "");
}

/** What the state says of a registered resource before any operation; empty members are left out. */
export function stateOf(registration: Registration, inputs: Properties): ResourceState {
  const { urn, type, custom, parent, dependencies, propertyDependencies } = registration;
  const state: ResourceState = { urn, custom, type, inputs };
  if (parent !== "") state.parent = parent;
  if (registration.protect) state.protect = true;
  if (dependencies.length > 0) state.dependencies = [...dependencies];
  if (Object.keys(propertyDependencies).length > 0) {
    state.propertyDependencies = { ...propertyDependencies };
  }
  if (registration.additionalSecretOutputs.length > 0) {
    state.additionalSecretOutputs = [...registration.additionalSecretOutputs];
  }
  if (registration.retainOnDelete) state.retainOnDelete = true;
  if (registration.deletedWith !== "") state.deletedWith = registration.deletedWith;
  if (registration.ignoreChanges.length > 0) state.ignoreChanges = [...registration.ignoreChanges];
  if (registration.replaceOnChanges.length > 0) {
    state.replaceOnChanges = [...registration.replaceOnChanges];
  }
  if (Object.keys(registration.hooks).length > 0) state.resourceHooks = registration.hooks;
  return state;
}
