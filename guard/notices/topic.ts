/** Tells the subscribers of the environment's topic, as JSON that a machine can read, too. */
import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";

/** Wall milliseconds: people are told quickly or not at all, and nothing waits for it. */
const NOTIFY_TIMEOUT_MS = 2_000;

export async function publish(
  client: SNSClient,
  topicArn: string,
  subject: string,
  message: object,
): Promise<void> {
  await client.send(
    new PublishCommand({
      TopicArn: topicArn,
      Subject: subject,
      Message: JSON.stringify(message, null, 2),
    }),
    { abortSignal: AbortSignal.timeout(NOTIFY_TIMEOUT_MS) },
  );
}
