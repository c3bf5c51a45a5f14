/** EventBridge: buses, rules that match events or come by the clock, and their targets. */
import type * as Sdk from "@aws-sdk/client-eventbridge";
import type { MetricSink } from "../ports.ts";
import { ServiceName } from "../service.ts";
import type { LabCore, LabService, Operation } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import { busOperations } from "./buses.ts";
import { Deliveries } from "./deliveries.ts";
import { invalid } from "./errors.ts";
import type { BusEvent } from "./event.ts";
import { EventMetrics } from "./metrics.ts";
import { compilePattern } from "./pattern/pattern.ts";
import { matchesPattern } from "./pattern/match.ts";
import type { TargetPorts } from "./ports.ts";
import { checkEntries } from "./putEvents.ts";
import { ruleOperations } from "./rules.ts";
import { busArn, busNameOf, DEFAULT_BUS, EventStore, ruleArn } from "./store.ts";
import type { Rule } from "./store.ts";
import { tagOperations } from "./tagging.ts";
import { targetOperations } from "./targets.ts";
import { Timetable } from "./timetable.ts";

export class Events implements LabService {
  readonly name = ServiceName.Events;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #core: Pick<LabCore, "clock" | "log">;
  readonly #store: EventStore;
  readonly #metrics: EventMetrics;
  readonly #deliveries: Deliveries;
  readonly #timetable: Timetable;

  constructor(core: Pick<LabCore, "clock" | "log">, targets: TargetPorts, metrics: MetricSink) {
    const now = (): number => core.clock.now();
    this.#core = core;
    this.#store = new EventStore(now());
    this.#metrics = new EventMetrics(core.clock, metrics);
    this.#deliveries = new Deliveries(core, targets, this.#metrics);
    this.#timetable = new Timetable(core.clock, (rule, event) => this.#trigger(rule, event));
    const changed = (rule: Rule): void => this.#timetable.arrange(rule);
    this.operations = {
      ...busOperations(this.#store, now),
      ...ruleOperations({ store: this.#store, now, changed }),
      ...targetOperations(this.#store),
      ...tagOperations(this.#store),
      PutEvents: (input: Sdk.PutEventsRequest) => this.#putEvents(input),
      TestEventPattern: (input: Sdk.TestEventPatternRequest) => testPattern(input),
    };
  }

  /** Takes an event, of AWS's own services too, onto a bus; a bus that is not there swallows it. */
  accept(event: BusEvent, busNameOrArn: string = DEFAULT_BUS): void {
    const bus = this.#store.buses.get(busNameOf(busNameOrArn));
    for (const rule of bus?.rules.values() ?? []) {
      if (!rule.enabled || !rule.pattern || !matchesPattern(rule.pattern.compiled, event)) continue;
      this.#metrics.count("MatchedEvents", rule);
      this.#trigger(rule, event);
    }
  }

  /** PutEvents for the lab's own services, which have asked IAM. `detail` is a JSON object. */
  put(
    busNameOrArn: string,
    event: {
      readonly source: string;
      readonly detailType: string;
      readonly detail: string;
      readonly resources: readonly string[];
    },
  ): { readonly ok: true } | { readonly ok: false; readonly error: string } {
    const entry = {
      Source: event.source,
      DetailType: event.detailType,
      Detail: event.detail,
      Resources: [...event.resources],
      EventBusName: busNameOrArn,
    };
    const [result] = this.#putEvents({ Entries: [entry] }).Entries ?? [];
    if (result?.ErrorCode === undefined) return { ok: true };
    return { ok: false, error: `${result.ErrorCode}: ${result.ErrorMessage ?? ""}` };
  }

  resourcesOf(operation: string, input: Record<string, unknown>): readonly string[] {
    const { Name, Rule, EventBusName, ResourceARN, Entries } = input;
    const busName = busNameOf(text(EventBusName));
    if (typeof ResourceARN === "string") return [ResourceARN];
    if (operation === "PutEvents") {
      const entries: readonly { EventBusName?: string }[] = Array.isArray(Entries) ? Entries : [];
      const names = new Set(entries.map((entry) => busNameOf(entry.EventBusName)));
      return names.size > 0 ? [...names].map(busArn) : ["*"];
    }
    if (operation.endsWith("EventBus")) return [busArn(busNameOf(text(Name)))];
    const rule = text(Rule) ?? (operation.endsWith("Rule") ? text(Name) : undefined);
    return rule === undefined ? ["*"] : [ruleArn(busName, rule)];
  }

  /** Resolves when no delivery is under way. */
  settled(): Promise<void> {
    return this.#deliveries.settled();
  }

  async stop(): Promise<void> {
    this.#timetable.stop();
    this.#metrics.stop();
    await this.#deliveries.stop();
  }

  #trigger(rule: Rule, event: BusEvent): void {
    this.#metrics.count("TriggeredRules", rule);
    this.#deliveries.send(rule, event);
  }

  #putEvents(input: Sdk.PutEventsRequest): Sdk.PutEventsResponse {
    const results = checkEntries(input, this.#core.clock.now());
    const failed = results.filter((result) => !("event" in result));
    const entries = results.map((result) => {
      if (!("event" in result)) {
        return { ErrorCode: result.errorCode, ErrorMessage: result.errorMessage };
      }
      this.accept(result.event, result.busName);
      return { EventId: result.event.id };
    });
    return { FailedEntryCount: failed.length, Entries: entries };
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** "The JSON string must contain id, account, source, time, region, resources, detail-type." */
const NEEDED = ["id", "account", "source", "time", "region", "resources", "detail-type"];

function testPattern(input: Sdk.TestEventPatternRequest): Sdk.TestEventPatternResponse {
  refuseUnsupported("TestEventPattern", input, ["EventPattern", "Event"]);
  const pattern = compilePattern(input.EventPattern ?? "");
  let event: unknown;
  try {
    event = JSON.parse(input.Event ?? "");
  } catch {
    throw invalid("Parameter Event is not valid.");
  }
  if (typeof event !== "object" || event === null || NEEDED.some((name) => !(name in event))) {
    throw invalid("Parameter Event is not valid.");
  }
  return { Result: matchesPattern(pattern, event) };
}
