/** What the verification needs of AWS beside the guard's own ports. */
import type { GuardClients, GuardIdentity } from "../connect.ts";
import { environmentNames } from "../names.ts";
import { publish } from "../notices/topic.ts";
import { verificationNotice } from "../notices/verificationNotice.ts";
import { tellWebhooks } from "../notices/webhooks.ts";
import type { TickPorts } from "../rollout/tick.ts";
import { failuresOf } from "./failures.ts";
import { askHttp } from "./httpCheck.ts";
import { askingLook, notedLook } from "./lookBack.ts";
import type { VerificationSettings } from "./settings.ts";
import { dynamoVerificationStore, type VerificationStore } from "./store.ts";
import type { VerifyPorts } from "./verify.ts";

export function connectVerifications(
  clients: GuardClients,
  environment: string,
): VerificationStore {
  const { recordTable } = environmentNames(environment);
  return dynamoVerificationStore(clients.dynamodb, recordTable, environment);
}

/** For the guard's function: its ports with a look at the way back, and those of the verification. */
export function connectVerification(
  clients: GuardClients,
  identity: GuardIdentity,
  guard: TickPorts,
  settings: VerificationSettings,
): { readonly ticking: TickPorts; readonly verifying: VerifyPorts } {
  const verifications = connectVerifications(clients, identity.environment);
  return {
    ticking: { ...guard, lookBack: askingLook(guard, verifications, settings.wayBackChecks) },
    verifying: {
      ...guard,
      verifications,
      settings,
      failures: (slot, span) => failuresOf(clients.cloudwatch, identity, slot, span),
      ask: (check) => askHttp(check),
      tell: async (subject, message) => {
        const { topicArn, environment, webhooks } = identity;
        await publish(clients.sns, topicArn, subject, message);
        // Told once the topic was: a second try at the topic would tell receivers twice.
        if (!webhooks) return;
        await tellWebhooks(
          verificationNotice(environment, message.verification),
          webhooks,
          guard.log,
        );
      },
    },
  };
}

/** For the command. @param expectsChecks the environment has checks of the way back of its own */
export function withNotedWayBack(
  guard: TickPorts,
  verifications: VerificationStore,
  expectsChecks: boolean,
): TickPorts {
  return { ...guard, lookBack: notedLook(guard, verifications, expectsChecks) };
}
