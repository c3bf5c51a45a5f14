/**
 * Provider resources. The embedded engine has one AWS target; the providers in the state are there
 * so that Pulumi's CLI takes the state over, and explicit ones may say nothing else.
 */
import { randomUUID } from "node:crypto";
import { UNKNOWN, unwrapSecrets, type Properties } from "../resources/values.ts";
import type { Registration } from "./registration.ts";
import type { ResourceState } from "./state.ts";
import { makeUrn } from "./urn.ts";

const PREFIX = "pulumi:providers:";
/** Settings that change nothing where there is one endpoint and no credentials are looked up. */
const HARMLESS = [
  "version",
  "skipCredentialsValidation",
  "skipMetadataApiCheck",
  "skipRegionValidation",
  "skipRequestingAccountId",
];

export function isProviderType(type: string): boolean {
  return type.startsWith(PREFIX);
}

/** `default_7_48_0`, as Pulumi names the provider of resources that name none. */
export function defaultProviderUrn(registration: Registration, stack: string, project: string) {
  const pkg = registration.type.split(":")[0] ?? "";
  const version = registration.version.replace(/[^\w]/g, "_");
  const name = version === "" ? "default" : `default_${version}`;
  return makeUrn(stack, project, "", `${PREFIX}${pkg}`, name);
}

export function providerState(
  urn: string,
  type: string,
  inputs: Properties,
  old: ResourceState | undefined,
  dryRun: boolean,
): ResourceState {
  const now = new Date().toISOString();
  return {
    urn,
    custom: true,
    id: old?.id ?? (dryRun ? UNKNOWN : randomUUID()),
    type,
    inputs,
    outputs: inputs,
    created: old?.created ?? now,
    modified: old?.modified ?? now,
  };
}

/** What is wrong with an explicit provider's inputs, or with the `aws:` keys of the config. */
export function providerProblems(
  inputs: Properties,
  region: string,
): { property: string; reason: string }[] {
  const problems: { property: string; reason: string }[] = [];
  for (const [key, value] of Object.entries(unwrapSecrets(inputs))) {
    if (HARMLESS.includes(key) || value === UNKNOWN) continue;
    if (key !== "region") {
      problems.push({ property: key, reason: "is not handled by the embedded engine's provider" });
    } else if (value !== region) {
      const shown = JSON.stringify(value);
      problems.push({ property: key, reason: `must be ${region}, the lab's region, not ${shown}` });
    }
  }
  return problems;
}
