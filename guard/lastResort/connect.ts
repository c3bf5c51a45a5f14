/** The last resort over SDK clients: for the watchdog's function and for the command. */
import { environmentNames } from "../names.ts";
import type { GuardClients, GuardIdentity } from "../connect.ts";
import { publish } from "../notices/topic.ts";
import type { LastResortPorts } from "./mind.ts";
import { elbv2LastResort } from "./rule.ts";
import { dynamoLastResortStore } from "./state.ts";

export function connectLastResort(
  clients: Pick<GuardClients, "dynamodb" | "elbv2" | "sns">,
  { environment, topicArn }: Pick<GuardIdentity, "environment" | "topicArn">,
  ruleArn: string,
): Pick<LastResortPorts, "rule" | "store" | "tell"> {
  const { recordTable } = environmentNames(environment);
  return {
    rule: elbv2LastResort(clients.elbv2, ruleArn),
    store: dynamoLastResortStore(clients.dynamodb, recordTable, environment),
    tell: (notice) => publish(clients.sns, topicArn, notice.subject, notice),
  };
}
