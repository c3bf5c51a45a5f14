/**
 * Provider resources. The embedded engine has one AWS target; the providers in the state are there
 * so that Pulumi's CLI takes the state over, and explicit ones may say nothing else.
 */
import { randomUUID } from "node:crypto";
import { listed, type InputProblem } from "../resources/shape.ts";
import { UNKNOWN, unwrapSecrets, type Properties } from "../resources/values.ts";
import type { Course } from "./course.ts";
import { OperationError } from "./failures.ts";
import type { Registration } from "./registration.ts";
import type { ResourceState } from "./state.ts";
import { makeUrn } from "./urn.ts";

const PREFIX = "pulumi:providers:";
/** Settings that change nothing where there is one endpoint and no credentials are looked up. */
const HARMLESS = new Set([
  "version",
  "skipCredentialsValidation",
  "skipMetadataApiCheck",
  "skipRegionValidation",
  "skipRequestingAccountId",
]);

export function isProviderType(type: string): boolean {
  return type.startsWith(PREFIX);
}

export class Providers {
  readonly #course: Course;
  /** References to default providers by URN; a promise, as many resources ask at once. */
  readonly #defaults = new Map<string, Promise<string>>();

  constructor(course: Course) {
    this.#course = course;
  }

  /** An explicit provider of the program. */
  async register(registration: Registration): Promise<ResourceState> {
    const { inputs, parent } = registration;
    const problems = providerProblems(inputs, this.#course.settings.region);
    if (problems.length > 0) {
      throw new OperationError(`cannot be used here: ${listed(problems)}`, problems);
    }
    const old = this.#course.findOld(registration);
    const state = this.#state(registration.urn, registration.type, inputs, old);
    if (parent !== "") state.parent = parent;
    await this.#course.edge.snapshot.commit(state, old);
    return state;
  }

  /** `URN::ID` of the provider that a resource names, or of its package's default one. */
  async referenceFor(registration: Registration): Promise<string> {
    if (registration.provider !== "") return registration.provider;
    const { stack, project } = this.#course.settings;
    const pkg = registration.type.split(":")[0] ?? "";
    const version = registration.version.replace(/\W/g, "_");
    // `default_7_48_0`, as Pulumi names it.
    const name = version === "" ? "default" : `default_${version}`;
    const type = `${PREFIX}${pkg}`;
    const urn = makeUrn(stack, project, "", type, name);
    let reference = this.#defaults.get(urn);
    if (!reference) {
      reference = this.#makeDefault(urn, type, registration.version);
      this.#defaults.set(urn, reference);
    }
    return reference;
  }

  async #makeDefault(urn: string, type: string, version: string): Promise<string> {
    const { snapshot } = this.#course.edge;
    const old = snapshot.old(urn);
    const inputs: Properties = { region: this.#course.settings.region };
    if (version !== "") inputs["version"] = version;
    const state = this.#state(urn, type, inputs, old);
    await snapshot.commit(state, old);
    return `${urn}::${state.id}`;
  }

  #state(
    urn: string,
    type: string,
    inputs: Properties,
    old: ResourceState | undefined,
  ): ResourceState {
    const now = new Date().toISOString();
    return {
      urn,
      custom: true,
      id: old?.id ?? (this.#course.edge.dryRun ? UNKNOWN : randomUUID()),
      type,
      inputs,
      outputs: inputs,
      created: old?.created ?? now,
      modified: old?.modified ?? now,
    };
  }
}

/** What is wrong with an explicit provider's inputs, or with the `aws:` keys of the config. */
export function providerProblems(inputs: Properties, region: string): InputProblem[] {
  const problems: InputProblem[] = [];
  for (const [key, value] of Object.entries(unwrapSecrets(inputs))) {
    if (HARMLESS.has(key) || value === UNKNOWN) continue;
    if (key !== "region") {
      problems.push({ property: key, reason: "is not handled by the embedded engine's provider" });
    } else if (value !== region) {
      const shown = JSON.stringify(value);
      problems.push({ property: key, reason: `must be ${region}, the lab's region, not ${shown}` });
    }
  }
  return problems;
}
