/** aws:iam/rolePolicyAttachment:RolePolicyAttachment */
import {
  AttachRolePolicyCommand,
  DetachRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import { required, text } from "../shape.ts";
import { defineResource } from "../types.ts";
import { unless } from "../waiting.ts";

const GONE = ["NoSuchEntityException"];

/** `ROLE/POLICY_ARN`: the first slash ends the role's name. */
function names(id: string): { RoleName: string; PolicyArn: string } {
  const slash = id.indexOf("/");
  return { RoleName: id.slice(0, slash), PolicyArn: id.slice(slash + 1) };
}

export const rolePolicyAttachment = defineResource({
  token: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  inputs: { role: required(text), policyArn: required(text) },
  replaceOn: ["role", "policyArn"],
  async create(inputs, context) {
    const iam = await context.clients.iam();
    const id = `${inputs.role}/${inputs.policyArn}`;
    await iam.send(new AttachRolePolicyCommand(names(id)));
    return { id, outputs: {} };
  },
  async read(id, context) {
    const iam = await context.clients.iam();
    const { RoleName, PolicyArn } = names(id);
    const answer = await unless(GONE, () =>
      iam.send(new ListAttachedRolePoliciesCommand({ RoleName })),
    );
    const attached = answer?.AttachedPolicies?.some((policy) => policy.PolicyArn === PolicyArn);
    return attached ? { role: RoleName, policyArn: PolicyArn } : undefined;
  },
  update() {
    throw new Error("every change of an attachment replaces it");
  },
  async delete(id, _known, context) {
    const iam = await context.clients.iam();
    await unless(GONE, () => iam.send(new DetachRolePolicyCommand(names(id))));
  },
});
