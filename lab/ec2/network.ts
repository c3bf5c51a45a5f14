/** The default VPC of the account: one network, a default subnet in each of two zones. */
import { hexId } from "../../base/ids.ts";
import { REGION } from "../service.ts";

export interface Subnet {
  readonly id: string;
  readonly cidr: string;
  readonly zone: string;
  readonly zoneId: string;
}

export interface Network {
  readonly vpcId: string;
  readonly cidr: string;
  readonly dhcpOptionsId: string;
  readonly associationId: string;
  readonly subnets: readonly Subnet[];
}

/** The ranges that AWS gives default VPCs and their subnets. */
export function defaultNetwork(): Network {
  return {
    vpcId: `vpc-${hexId(17)}`,
    cidr: "172.31.0.0/16",
    dhcpOptionsId: `dopt-${hexId(17)}`,
    associationId: `vpc-cidr-assoc-${hexId(17)}`,
    subnets: [
      {
        id: `subnet-${hexId(17)}`,
        cidr: "172.31.0.0/20",
        zone: `${REGION}a`,
        zoneId: "use1-az1",
      },
      {
        id: `subnet-${hexId(17)}`,
        cidr: "172.31.16.0/20",
        zone: `${REGION}b`,
        zoneId: "use1-az2",
      },
    ],
  };
}
