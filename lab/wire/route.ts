/**
 * Which protocol and service a request speaks, from its headers alone: clients change protocols
 * from one release to the next, so nothing is fixed per service.
 */
import { ServiceName } from "../service.ts";
import { cborCodec } from "./cbor.ts";
import type { Codec } from "./codec.ts";
import type { Credential } from "./credential.ts";
import { jsonCodec } from "./json.ts";
import { ec2Codec, queryCodec } from "./queryCodec.ts";
import type { WireHead } from "./request.ts";
import { restCodec } from "./rest.ts";
import { restXmlCodec } from "./restXml.ts";
import { factsOf, Protocol, serviceByScope, serviceByTarget } from "./services.ts";

export interface Route {
  readonly protocol: Protocol;
  readonly codec: Codec;
  /** Undefined when the lab has no such service; `asked` says which it was. */
  readonly service: ServiceName | undefined;
  readonly asked: string;
}

const CBOR_PATH = /^\/service\/([^/]+)\/operation\/([^/]+)$/;

/** Services that are told apart by method and path. */
const BY_PATH: ReadonlySet<ServiceName> = new Set([ServiceName.Lambda, ServiceName.Scheduler]);

/** Services whose clients read refusals in XML. The lab has none of them. */
const ANSWERS_XML = new Set(["route53", "cloudfront"]);

export function routeOf(head: WireHead, credential: Credential | undefined): Route {
  const cborPath = CBOR_PATH.exec(head.path);
  if (head.headers["smithy-protocol"] === "rpc-v2-cbor" && cborPath) {
    return cborRoute(cborPath[1] ?? "", cborPath[2] ?? "", credential);
  }
  const target = head.headers["x-amz-target"];
  if (target !== undefined) {
    return jsonRoute(target, head.headers["content-type"] ?? "", credential);
  }
  const service = credential ? serviceByScope(credential.service) : undefined;
  const asked = askedFor(credential, "unknown");
  if (service === ServiceName.S3) {
    return { protocol: Protocol.RestXml, codec: restXmlCodec, service, asked };
  }
  if (isForm(head)) {
    return service === ServiceName.Ec2
      ? { protocol: Protocol.Ec2, codec: ec2Codec(factsOf(service)), service, asked }
      : {
          protocol: Protocol.Query,
          codec: queryCodec(service && factsOf(service)),
          service,
          asked,
        };
  }
  const byPath = service !== undefined && BY_PATH.has(service);
  return {
    protocol: Protocol.Rest,
    codec: credential && ANSWERS_XML.has(credential.service) ? queryCodec(undefined) : restCodec,
    service: byPath ? service : undefined,
    asked: service && !byPath ? `${asked} by ${head.method} URL` : asked,
  };
}

function cborRoute(target: string, operation: string, credential: Credential | undefined): Route {
  const service = serviceByTarget(target);
  return {
    protocol: Protocol.Cbor,
    codec: cborCodec(operation, service && factsOf(service)),
    service,
    asked: askedFor(credential, target),
  };
}

function jsonRoute(target: string, contentType: string, credential: Credential | undefined): Route {
  const dot = target.lastIndexOf(".");
  const prefix = target.slice(0, Math.max(0, dot));
  const service = serviceByTarget(prefix);
  const version = contentType.includes("json-1.1") ? "1.1" : "1.0";
  return {
    protocol: Protocol.Json,
    codec: jsonCodec(version, target.slice(dot + 1), service && factsOf(service)),
    service,
    asked: askedFor(credential, prefix || target),
  };
}

function askedFor(credential: Credential | undefined, otherwise: string): string {
  return `the service ${credential?.service ?? otherwise}`;
}

/** Query protocols also come as GET with the form in the query string (presigned STS calls). */
function isForm(head: WireHead): boolean {
  const type = head.headers["content-type"] ?? "";
  return type.startsWith("application/x-www-form-urlencoded") || head.query.has("Action");
}
