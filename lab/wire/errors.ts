/** What went wrong, in the terms of every protocol: codes and statuses from the schema's traits. */
import { messageOf } from "../../base/errors.ts";
import { AwsError, ServiceName } from "../service.ts";
import type { ServiceModel, Shape } from "./schemas.ts";
import { factsOf, Protocol } from "./services.ts";

export interface Failure {
  /** The error's shape, undefined for codes that the schema lacks. */
  readonly shape: Shape | undefined;
  /** As JSON names it: the shape's name, else the code. */
  readonly name: string;
  /** As CBOR names it: with the namespace where the schema has the error. */
  readonly id: string;
  /** As the query protocol names it: `TargetGroupNotFound`. */
  readonly queryCode: string;
  readonly status: number;
  readonly fault: "client" | "server";
  readonly message: string;
  readonly members: Readonly<Record<string, unknown>>;
}

/** The connection ends without an answer, as when a load balancer of AWS's own goes away. */
export class ConnectionDropped extends Error {}

/** The failure that `error` is. Anything but an AwsError is a defect of ours: InternalFailure. */
export function failureOf(error: unknown, model: ServiceModel | undefined): Failure {
  const known =
    error instanceof AwsError
      ? error
      : new AwsError("InternalFailure", `The lab failed: ${messageOf(error)}`, 500);
  const schema = model?.errors.get(known.code);
  if (!schema) {
    return {
      shape: undefined,
      name: known.code,
      id: known.code,
      queryCode: known.code,
      status: known.status,
      fault: known.status < 500 ? "client" : "server",
      message: known.message,
      members: {},
    };
  }
  return {
    shape: schema.shape,
    name: schema.name,
    id: schema.id,
    queryCode: schema.queryCode,
    status: schema.status,
    fault: schema.fault,
    message: known.message,
    members: { ...known.members, message: known.message, Message: known.message },
  };
}

/** The operation is unknown, or the lab does not have it: never answered by silence. */
export function notImplemented(
  service: ServiceName,
  operation: string,
  inSchema: boolean,
): AwsError {
  const { title } = factsOf(service);
  return new AwsError(
    "NotImplemented",
    inSchema
      ? `The lab does not implement ${title}'s operation ${operation}`
      : `${title} has no operation ${operation} that the lab knows`,
    501,
  );
}

/** The request cannot be given to any service of the lab. */
export function unknownService(what: string): AwsError {
  return new AwsError("NotImplemented", `The lab does not implement ${what}`, 501);
}

/** Codes that say "no permission", as each service documents its own. */
export function accessDenied(
  service: ServiceName | undefined,
  protocol: Protocol,
  message: string,
): AwsError {
  if (service === ServiceName.Sns) return new AwsError("AuthorizationErrorException", message, 403);
  switch (protocol) {
    case Protocol.Ec2:
      return new AwsError("UnauthorizedOperation", message, 403);
    case Protocol.Query:
    case Protocol.RestXml:
      return new AwsError("AccessDenied", message, 403);
    case Protocol.Rest:
      return new AwsError("AccessDeniedException", message, 403);
    default:
      return service === ServiceName.CloudWatch
        ? new AwsError("AccessDenied", message, 403)
        : new AwsError("AccessDeniedException", message, 400);
  }
}

/** A session that has ended, that was never opened, or whose role is gone. */
export function invalidToken(protocol: Protocol): AwsError {
  const message =
    "The security token included in the request is invalid: the lab has no such session " +
    "(it ended, its role is gone, or it is another lab's)";
  switch (protocol) {
    case Protocol.Ec2:
      return new AwsError("AuthFailure", message, 401);
    case Protocol.Query:
      return new AwsError("InvalidClientTokenId", message, 403);
    case Protocol.RestXml:
      return new AwsError("InvalidToken", message, 400);
    case Protocol.Rest:
      return new AwsError("UnrecognizedClientException", message, 403);
    default:
      return new AwsError("UnrecognizedClientException", message, 400);
  }
}

/** A signature for another region than the endpoint's. */
export function wrongRegion(protocol: Protocol, region: string): AwsError {
  const message = `Credential should be scoped to a valid region, not '${region}'.`;
  switch (protocol) {
    case Protocol.Ec2:
      return new AwsError("AuthFailure", message, 401);
    case Protocol.Query:
      return new AwsError("SignatureDoesNotMatch", message, 403);
    case Protocol.RestXml:
      return new AwsError("AuthorizationHeaderMalformed", message, 400);
    case Protocol.Rest:
      return new AwsError("InvalidSignatureException", message, 403);
    default:
      return new AwsError("InvalidSignatureException", message, 400);
  }
}

/** Bytes that are no request: each protocol has its own code. */
export function malformed(protocol: Protocol, message: string): AwsError {
  switch (protocol) {
    case Protocol.Ec2:
      return new AwsError("InvalidParameterValue", message);
    case Protocol.Query:
      return new AwsError("MalformedInput", message);
    case Protocol.RestXml:
      return new AwsError("MalformedXML", message);
    default:
      return new AwsError("SerializationException", message);
  }
}
