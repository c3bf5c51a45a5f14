/** PutMetricAlarm and PutCompositeAlarm. */
import type { PutCompositeAlarmInput, PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../../service.ts";
import { validationError } from "../validation.ts";
import { newSituation } from "./alarm.ts";
import type { Alarm, CompositeAlarm, MetricAlarm } from "./alarm.ts";
import { configured } from "./configured.ts";
import { requireTags } from "./define.ts";
import { compositeDefinition } from "./defineComposite.ts";
import { metricDefinition } from "./defineMetric.ts";
import { snapshotOf } from "./event.ts";
import type { AlarmRoom } from "./room.ts";
import { nameOf } from "./rule.ts";
import { beginWarmUp, updateWarmUp } from "./warmUp.ts";
import { retainFor } from "./watch.ts";

/** The lab's own limit: more alarms than its memory is meant for. */
const MOST_ALARMS = 100_000;

/** "When you update an existing alarm, its state is left unchanged"; its tags too. */
export function putMetricAlarm(room: AlarmRoom, input: PutMetricAlarmInput): void {
  const definition = metricDefinition(input);
  const tags = requireTags(input.Tags);
  const nowMs = room.clock.now();
  const existing = room.book.get(definition.name);
  if (existing && existing.kind !== "metric") throw otherKind(definition.name);
  retainFor(definition, room.store);
  if (existing) {
    const before = snapshotOf(existing);
    updateWarmUp(existing, definition, nowMs);
    existing.definition = definition;
    existing.configurationUpdatedMs = nowMs;
    configured(room, existing, "update", before);
    return;
  }
  const alarm: MetricAlarm = {
    kind: "metric",
    definition,
    ...newSituation(definition.name, nowMs),
    tags,
  };
  if (definition.warmUp) beginWarmUp(alarm, nowMs);
  create(room, alarm);
}

/** Evaluated at once: "The alarm is then evaluated and its state is set appropriately." */
export function putCompositeAlarm(room: AlarmRoom, input: PutCompositeAlarmInput): void {
  const definition = compositeDefinition(input, room.book);
  const tags = requireTags(input.Tags);
  const nowMs = room.clock.now();
  const existing = room.book.get(definition.name);
  if (existing && existing.kind !== "composite") throw otherKind(definition.name);
  if (existing) {
    const before = snapshotOf(existing);
    const { suppressor } = existing.definition;
    room.book.redefine(existing, definition);
    existing.configurationUpdatedMs = nowMs;
    configured(room, existing, "update", before);
    if (nameOf(suppressor?.alarm ?? "") !== nameOf(definition.suppressor?.alarm ?? ""))
      room.engine.suppressorReplaced(existing);
    room.engine.evaluateNew(existing, "updated");
    return;
  }
  const alarm: CompositeAlarm = {
    kind: "composite",
    definition,
    ...newSituation(definition.name, nowMs),
    tags,
  };
  create(room, alarm);
  room.engine.evaluateNew(alarm, "created");
}

function create(room: AlarmRoom, alarm: Alarm): void {
  if (room.book.size >= MOST_ALARMS)
    throw new AwsError(
      "LimitExceededFault",
      "The quota for alarms for this customer has already been reached.",
    );
  room.book.add(alarm);
  configured(room, alarm, "create");
}

/** Names are unique over both kinds. */
function otherKind(name: string): AwsError {
  return validationError(`An alarm of another type with the name ${name} already exists.`);
}
