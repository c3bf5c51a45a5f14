/** Event buses: the default one, and custom ones. */
import type * as Sdk from "@aws-sdk/client-eventbridge";
import { AwsError } from "../service.ts";
import type { Operation } from "../service.ts";
import { refuseUnsupported } from "../supported.ts";
import { invalid } from "./errors.ts";
import { busNameOf, DEFAULT_BUS } from "./store.ts";
import type { Bus, EventStore } from "./store.ts";
import { nameOf, page } from "./validation.ts";

export function busOperations(store: EventStore, now: () => number): Record<string, Operation> {
  return {
    CreateEventBus: (input: Sdk.CreateEventBusRequest): Sdk.CreateEventBusResponse => {
      refuseUnsupported("CreateEventBus", input, ["Name", "Description", "Tags"]);
      const name = nameOf(input.Name, "name", 256);
      if (store.buses.has(name)) {
        throw new AwsError("ResourceAlreadyExistsException", `Event bus ${name} already exists.`);
      }
      const bus = store.createBus(name, input.Description, now());
      for (const { Key, Value } of input.Tags ?? []) bus.tags.set(Key ?? "", Value ?? "");
      return { EventBusArn: bus.arn, Description: bus.description };
    },

    /** Deleting a bus that is not there succeeds; "all rules ... need to be deleted" before. */
    DeleteEventBus: (input: Sdk.DeleteEventBusRequest): object => {
      const name = nameOf(busNameOf(input.Name), "name", 256);
      if (name === DEFAULT_BUS) throw invalid(`Cannot delete event bus ${name}.`);
      if ((store.buses.get(name)?.rules.size ?? 0) > 0) {
        throw invalid(`Cannot delete event bus ${name}: it still has rules.`);
      }
      store.buses.delete(name);
      return {};
    },

    DescribeEventBus: (input: Sdk.DescribeEventBusRequest): Sdk.DescribeEventBusResponse =>
      describe(store.bus(input.Name)),

    ListEventBuses: (input: Sdk.ListEventBusesRequest): Sdk.ListEventBusesResponse => {
      const prefix = input.NamePrefix ?? "";
      const all = [...store.buses.values()].filter(({ name }) => name.startsWith(prefix));
      const { entries, rest } = page(all, input);
      return { EventBuses: entries.map(describe), ...rest };
    },
  };
}

function describe({ name, arn, description, createdMs }: Bus): Sdk.EventBus {
  return {
    Name: name,
    Arn: arn,
    ...(description === undefined ? {} : { Description: description }),
    CreationTime: new Date(createdMs),
    LastModifiedTime: new Date(createdMs),
  };
}
