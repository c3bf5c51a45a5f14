/** aws:index/getCallerIdentity and aws:index/getRegion */
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { defineInvoke } from "../types.ts";

export const getCallerIdentity = defineInvoke({
  token: "aws:index/getCallerIdentity:getCallerIdentity",
  inputs: {},
  async call(_args, context) {
    const sts = await context.clients.sts();
    const answer = await sts.send(new GetCallerIdentityCommand({}));
    return {
      id: answer.Account ?? "",
      accountId: answer.Account ?? "",
      arn: answer.Arn ?? "",
      userId: answer.UserId ?? "",
    };
  },
});

export const getRegion = defineInvoke({
  token: "aws:index/getRegion:getRegion",
  inputs: {},
  async call(_args, { region }) {
    const endpoint = `ec2.${region}.amazonaws.com`;
    return { id: region, name: region, region, description: region, endpoint };
  },
});
