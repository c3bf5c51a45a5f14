/** The event that a CloudWatch alarm's Lambda action delivers, as far as the guard reads it. */
import { z } from "zod";

/**
 * Source: Amazon CloudWatch User Guide, "Lambda alarm actions". Members that the guard does not
 * read (configuration, metrics) are let through unread.
 */
export const alarmEventSchema = z.object({
  source: z.literal("aws.cloudwatch"),
  alarmArn: z.string(),
  alarmData: z.object({
    alarmName: z.string(),
    state: z.object({
      value: z.enum(["OK", "ALARM", "INSUFFICIENT_DATA"]),
      reason: z.string().default(""),
      timestamp: z.string().default(""),
    }),
  }),
});
