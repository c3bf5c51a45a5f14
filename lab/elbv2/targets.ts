/** RegisterTargets, DeregisterTargets, DescribeTargetHealth. */
import type {
  AnomalyDetection,
  DeregisterTargetsInput,
  DeregisterTargetsOutput,
  DescribeTargetHealthInput,
  DescribeTargetHealthOutput,
  RegisterTargetsInput,
  RegisterTargetsOutput,
  TargetDescription,
  TargetHealthReasonEnum,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { isIPv4 } from "node:net";
import type { TargetHealthView } from "../dataplane/group.ts";
import type { TargetAddress } from "../dataplane/model.ts";
import { AwsError, REGION, type Operation } from "../service.ts";
import type { Context } from "./context.ts";
import type { TargetGroupRecord } from "./store.ts";
import {
  refuseMembers,
  requireEnum,
  requireList,
  requireRange,
  requireText,
} from "./validation.ts";

/** `All` has nothing else to add here: there are no zonal shifts to override a target's health. */
const INCLUDABLE = ["AnomalyDetection", "All"];

export function targetOperations({ store, plane }: Context): Record<string, Operation> {
  return {
    RegisterTargets(input: RegisterTargetsInput): RegisterTargetsOutput {
      const group = store.targetGroup(input.TargetGroupArn);
      const targets = requireList("Targets", input.Targets);
      for (const target of targets) refuseMembers(target, ["QuicServerId"]);
      const addresses = addressesOf(group, targets);
      requireRegistrable(group, addresses);
      plane.register(group.arn, addresses);
      return {};
    },

    /** Targets that are not registered are no error (API reference). */
    DeregisterTargets(input: DeregisterTargetsInput): DeregisterTargetsOutput {
      const group = store.targetGroup(input.TargetGroupArn);
      plane.deregister(group.arn, addressesOf(group, requireList("Targets", input.Targets)));
      return {};
    },

    DescribeTargetHealth(input: DescribeTargetHealthInput): DescribeTargetHealthOutput {
      const group = store.targetGroup(input.TargetGroupArn);
      for (const what of input.Include ?? []) requireEnum("include.member", what, INCLUDABLE);
      const wanted = input.Targets?.length ? addressesOf(group, input.Targets) : undefined;
      const { port } = group.healthCheck;
      return {
        TargetHealthDescriptions: plane.health(group.arn, wanted).map((target) => ({
          Target: { Id: target.id, Port: target.port, AvailabilityZone: `${REGION}a` },
          HealthCheckPort: port === "traffic-port" ? String(target.port) : port,
          TargetHealth: {
            State: target.health.state,
            ...(target.health.reason === undefined
              ? {}
              : {
                  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- AWS's own words.
                  Reason: target.health.reason as TargetHealthReasonEnum,
                  Description: target.health.description,
                }),
          },
          AnomalyDetection: input.Include?.length ? anomalyOf(target) : undefined,
        })),
      };
    },
  };
}

function anomalyOf({ anomalous, mitigated }: TargetHealthView): AnomalyDetection {
  return {
    Result: anomalous ? "anomalous" : "normal",
    MitigationInEffect: mitigated ? "yes" : "no",
  };
}

/** Without a port of its own a target gets traffic on the group's. */
function addressesOf(
  group: TargetGroupRecord,
  targets: readonly TargetDescription[],
): readonly TargetAddress[] {
  return targets.map(({ Id, Port }) => {
    const port = Port ?? group.port;
    requireRange("targets.member.port", port, 1, 65_535);
    return { id: requireText("targets.member.id", Id), port };
  });
}

/**
 * The lab's targets answer on loopback, which AWS would refuse; any other address could be a real
 * host on the user's network, so the lab refuses those.
 */
export function requireRegistrable(
  group: TargetGroupRecord,
  addresses: readonly TargetAddress[],
): void {
  const ids = addresses.map(({ id }) => id);
  if (group.targetType === "instance") {
    throw new AwsError(
      "InvalidTargetException",
      `The following targets are not in a running state and cannot be registered: '${ids.join(", ")}'`,
    );
  }
  for (const id of ids) {
    if (!isIPv4(id)) {
      throw new AwsError(
        "InvalidTargetException",
        `The IP address '${id}' is not a valid IPv4 address`,
      );
    }
    if (!id.startsWith("127.")) {
      throw new AwsError(
        "InvalidTargetException",
        `The IP address '${id}' is not within the VPC: the lab's targets are on loopback (127.0.0.0/8)`,
      );
    }
  }
}
