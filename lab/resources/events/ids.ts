/** Ids of rules as Pulumi's AWS provider writes them: `NAME`, or `BUS/NAME` on a custom bus. */
export const DEFAULT_BUS = "default";

export function ruleId(busName: string = DEFAULT_BUS, name = ""): string {
  return busName === DEFAULT_BUS ? name : `${busName}/${name}`;
}

export function ruleOf(id: string): { readonly Rule: string; readonly EventBusName: string } {
  const slash = id.lastIndexOf("/");
  return {
    Rule: id.slice(slash + 1),
    EventBusName: slash < 0 ? DEFAULT_BUS : id.slice(0, slash),
  };
}
