/**
 * The members that are doubles on AWS. The SDK's schemas tell no integer from a double, and neither
 * does JavaScript, but Python does: AWS answers `"Threshold": 5.0`, and boto3 and the CLI show it.
 */
const DOUBLES: ReadonlySet<string> = new Set([
  "Datapoint.Average",
  "Datapoint.ExtendedStatistics",
  "Datapoint.Maximum",
  "Datapoint.Minimum",
  "Datapoint.SampleCount",
  "Datapoint.Sum",
  "MetricAlarm.Threshold",
  "MetricDataResult.Values",
]);

/** Whether a member holds doubles, by itself or in a list or map. */
export function holdsDoubles(structName: string, memberName: string): boolean {
  return DOUBLES.has(`${structName}.${memberName}`);
}
