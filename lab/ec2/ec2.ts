/** EC2, as far as load balancers and tasks need it: the default network and security groups. */
import type { LabCore, LabService, Operation } from "../service.ts";
import { arn, ServiceName } from "../service.ts";
import { groupOperations } from "./groupOperations.ts";
import { networkOperations } from "./networkOperations.ts";
import { ruleOperations } from "./ruleOperations.ts";
import { Ec2Store } from "./store.ts";
import { tagOperations } from "./tagOperations.ts";

/** What an id's prefix says about its resource, in ARNs. */
const RESOURCE_TYPES: Readonly<Record<string, string>> = {
  sg: "security-group",
  sgr: "security-group-rule",
  subnet: "subnet",
  vpc: "vpc",
};

export class Ec2 implements LabService {
  readonly name = ServiceName.Ec2;
  readonly operations: Readonly<Record<string, Operation>>;

  /** The default VPC of this lab. */
  readonly defaultVpcId: string;

  constructor(_core: LabCore) {
    const store = new Ec2Store();
    this.defaultVpcId = store.network.vpcId;
    this.operations = {
      ...networkOperations(store),
      ...groupOperations(store),
      ...ruleOperations(store),
      ...tagOperations(store),
    };
  }

  /** Describe calls are authorised without a resource (service authorization reference). */
  resourcesOf(operation: string, input: Record<string, unknown>): readonly string[] {
    if (operation.startsWith("Describe")) return ["*"];
    if (operation === "CreateSecurityGroup") return [arn("ec2", "security-group/*")];
    const { GroupId: groupId, Resources: resources } = input;
    const ids = Array.isArray(resources) ? (resources as unknown[]) : [groupId];
    const named = ids.filter((id) => typeof id === "string");
    return named.length > 0 ? named.map(arnOf) : ["*"];
  }
}

function arnOf(id: string): string {
  const prefix = id.split("-")[0] ?? "";
  return arn("ec2", `${RESOURCE_TYPES[prefix] ?? "*"}/${id}`);
}
