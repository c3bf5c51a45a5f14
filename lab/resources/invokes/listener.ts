/** aws:lb/getListener: a listener as it is now, live weights included. */
import { DescribeListenersCommand, type Listener } from "@aws-sdk/client-elastic-load-balancing-v2";
import { fromAction } from "../elbv2/actions.ts";
import { describeListener } from "../elbv2/listener.ts";
import { readTags } from "../elbv2/tagging.ts";
import { number, text } from "../shape.ts";
import { defineInvoke, type Context } from "../types.ts";

async function find(
  args: {
    readonly arn?: string | undefined;
    readonly loadBalancerArn?: string | undefined;
    readonly port?: number | undefined;
  },
  context: Context,
): Promise<Listener | undefined> {
  if (args.arn) return describeListener(args.arn, context);
  const elbv2 = await context.clients.elbv2();
  const answer = await elbv2.send(
    new DescribeListenersCommand({ LoadBalancerArn: args.loadBalancerArn }),
  );
  return answer.Listeners?.find((one) => one.Port === args.port);
}

export const getListener = defineInvoke({
  token: "aws:lb/getListener:getListener",
  inputs: { arn: text, loadBalancerArn: text, port: number },
  async call(args, context) {
    const found = await find(args, context);
    if (!found) throw new Error("no matching ELBv2 Listener found");
    const arn = found.ListenerArn ?? "";
    return {
      id: arn,
      arn,
      loadBalancerArn: found.LoadBalancerArn ?? "",
      port: found.Port ?? 0,
      protocol: found.Protocol ?? "",
      defaultActions: (found.DefaultActions ?? []).map(fromAction),
      alpnPolicy: "",
      certificateArn: found.Certificates?.[0]?.CertificateArn ?? "",
      mutualAuthentications: [],
      sslPolicy: found.SslPolicy ?? "",
      region: context.region,
      tags: await readTags(arn, context),
    };
  },
});
