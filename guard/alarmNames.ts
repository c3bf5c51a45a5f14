/** CloudWatch's words for a composite alarm name others by ARN: what of that a person needs. */

/** Alarms by their names: in their account the rest of an ARN tells nobody anything. */
export function withoutArns(text: string): string {
  return text.replaceAll(/arn:aws[a-z-]*:cloudwatch:[a-z0-9-]+:\d{12}:alarm:/g, "");
}
