/** aws:iam/rolePolicy:RolePolicy, a policy inside its role. */
import {
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { json, required, text } from "../shape.ts";
import { defineResource, type Context } from "../types.ts";
import type { Properties } from "../values.ts";
import { unless } from "../waiting.ts";

const GONE = ["NoSuchEntityException"];

/** `ROLE:POLICY`: neither name may hold a colon. */
function names(id: string): { RoleName: string; PolicyName: string } {
  const [RoleName = "", PolicyName = ""] = id.split(":");
  return { RoleName, PolicyName };
}

async function read(id: string, context: Context): Promise<Properties | undefined> {
  const iam = await context.clients.iam();
  return unless(GONE, async () => {
    const answer = await iam.send(new GetRolePolicyCommand(names(id)));
    // IAM answers with the document URL-encoded (RFC 3986).
    const policy = decodeURIComponent(answer.PolicyDocument ?? "");
    return { name: names(id).PolicyName, role: names(id).RoleName, policy };
  });
}

export const rolePolicy = defineResource({
  token: "aws:iam/rolePolicy:RolePolicy",
  inputs: { name: text, role: required(text), policy: required(json) },
  autoname: { property: "name", maxLength: 128 },
  replaceOn: ["name", "role"],
  async create(inputs, context) {
    const iam = await context.clients.iam();
    const id = `${inputs.role}:${inputs.name}`;
    await iam.send(new PutRolePolicyCommand({ ...names(id), PolicyDocument: inputs.policy }));
    return { id, outputs: {} };
  },
  read,
  async update({ id, news }, context) {
    const iam = await context.clients.iam();
    await iam.send(new PutRolePolicyCommand({ ...names(id), PolicyDocument: news.policy }));
    return {};
  },
  async delete(id, _known, context) {
    const iam = await context.clients.iam();
    await unless(GONE, () => iam.send(new DeleteRolePolicyCommand(names(id))));
  },
});
