/** The least policy that grants what was used: pure, and the same text for the same uses. */

/** One action on one resource: an ARN, or `*` for an action that is authorised without one. */
export interface Use {
  readonly action: string;
  readonly resource: string;
}

/** As IAM takes it: `JSON.stringify` makes it a policy document. */
export interface LeastPolicy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly {
    readonly Effect: "Allow";
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
  }[];
}

/**
 * One statement for each set of resources that were used alike, so that no resource gets an action
 * that was not used on it. Actions, resources and statements are sorted.
 */
export function leastPolicy(uses: readonly Use[]): LeastPolicy {
  const actionsOf = Map.groupBy(uses, (use) => use.resource);
  const granted = [...actionsOf].map(([resource, used]) => ({
    resource,
    actions: [...new Set(used.map((use) => use.action))].sort(),
  }));
  const alike = Map.groupBy(granted, (grant) => grant.actions.join(" "));
  const statements = [...alike.values()].map((grants) => ({
    Effect: "Allow" as const,
    Action: grants[0]?.actions ?? [],
    Resource: grants.map((grant) => grant.resource).sort(),
  }));
  return {
    Version: "2012-10-17",
    Statement: statements.sort((a, b) => compare(a.Resource.join(" "), b.Resource.join(" "))),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
