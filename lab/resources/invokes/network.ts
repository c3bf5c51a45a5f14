/** aws:ec2/getVpc and aws:ec2/getSubnets */
import { DescribeSubnetsCommand, DescribeVpcsCommand, type Filter } from "@aws-sdk/client-ec2";
import { boolean, list, map, object, required, text } from "../shape.ts";
import { tagMap } from "../tags.ts";
import { defineInvoke } from "../types.ts";
import { withoutNulls, type Properties } from "../values.ts";

const FILTERS = list(object({ name: required(text), values: required(list(text)) }));
type FilterInput = { readonly name: string; readonly values: string[] };

function filters(
  given: readonly FilterInput[] | undefined,
  tags: Readonly<Record<string, string>> | undefined,
  simple: Readonly<Record<string, string | undefined>> = {},
): Filter[] {
  return [
    ...(given ?? []).map(({ name, values }) => ({ Name: name, Values: values })),
    ...Object.entries(tags ?? {}).map(([key, value]) => single(`tag:${key}`, value)),
    ...Object.entries(simple).flatMap(([name, value]) =>
      value === undefined ? [] : single(name, value),
    ),
  ];
}

function single(Name: string, value: string): Filter {
  return { Name, Values: [value] };
}

/** EC2 refuses an empty list of filters. */
function filtered(all: Filter[]): { Filters?: Filter[] } {
  return all.length > 0 ? { Filters: all } : {};
}

export const getVpc = defineInvoke({
  token: "aws:ec2/getVpc:getVpc",
  inputs: {
    id: text,
    default: boolean,
    cidrBlock: text,
    state: text,
    filters: FILTERS,
    tags: map(text),
  },
  async call(args, context) {
    const ec2 = await context.clients.ec2();
    const answer = await ec2.send(
      new DescribeVpcsCommand({
        ...(args.id ? { VpcIds: [args.id] } : {}),
        ...filtered(
          filters(args.filters, args.tags, {
            "is-default": args.default === undefined ? undefined : String(args.default),
            cidr: args.cidrBlock,
            state: args.state,
          }),
        ),
      }),
    );
    const found = answer.Vpcs ?? [];
    const vpc = found[0];
    if (!vpc) throw new Error("no matching EC2 VPC found");
    if (found.length > 1) throw new Error("multiple EC2 VPCs matched; use additional constraints");
    return withoutNulls({
      id: vpc.VpcId,
      arn: `arn:aws:ec2:${context.region}:${vpc.OwnerId}:vpc/${vpc.VpcId}`,
      cidrBlock: vpc.CidrBlock,
      cidrBlockAssociations: [],
      default: vpc.IsDefault ?? false,
      dhcpOptionsId: vpc.DhcpOptionsId ?? "",
      instanceTenancy: vpc.InstanceTenancy ?? "default",
      ownerId: vpc.OwnerId,
      region: context.region,
      state: vpc.State,
      tags: tagMap(vpc.Tags),
    });
  },
});

export const getSubnets = defineInvoke({
  token: "aws:ec2/getSubnets:getSubnets",
  inputs: { filters: FILTERS, tags: map(text) },
  async call(args, context) {
    const ec2 = await context.clients.ec2();
    const answer = await ec2.send(
      new DescribeSubnetsCommand(filtered(filters(args.filters, args.tags))),
    );
    const result: Properties = {
      id: context.region,
      ids: (answer.Subnets ?? []).map((subnet) => subnet.SubnetId ?? ""),
      region: context.region,
      tags: args.tags ?? {},
    };
    if (args.filters) result["filters"] = args.filters;
    return result;
  },
});
