/** The credential in a request's signature. The signature itself is not verified. */
import type { WireHead } from "./request.ts";

export interface Credential {
  readonly accessKeyId: string;
  /** The service of the credential scope: `elasticloadbalancing`. */
  readonly service: string;
  /** Undefined in a signature for many regions. */
  readonly region: string | undefined;
}

// AWS4-HMAC-SHA256 Credential=KEY/20260314/us-east-1/ecs/aws4_request, SignedHeaders=...; the region
// is missing in AWS4-ECDSA-P256-SHA256, which signs for many.
const HEADER = /^AWS4-[A-Z0-9-]+ .*?Credential=([^,\s]+)/;
const SCOPE = /^([^/]+)\/\d{8}\/(?:([^/]+)\/)?([^/]+)\/aws4_request$/;

/** Undefined for a request that is not signed, or not so that AWS would know its signer. */
export function credentialOf(head: WireHead): Credential | undefined {
  const text =
    HEADER.exec(head.headers["authorization"] ?? "")?.[1] ?? head.query.get("X-Amz-Credential");
  const scope = SCOPE.exec(text ?? "");
  const [, accessKeyId, region, service] = scope ?? [];
  if (!accessKeyId || !service) return undefined;
  return { accessKeyId, service, region };
}

/** The links in SNS's messages, which whoever gets the message may follow. */
const LINKS = new Set(["ConfirmSubscription", "Unsubscribe"]);

/** An unsigned GET of such a link counts as signed by nobody in particular, for SNS. */
export function linkCredential(head: WireHead): Credential | undefined {
  if (head.method !== "GET" || !LINKS.has(head.query.get("Action") ?? "")) return undefined;
  return { accessKeyId: "anonymous", service: "sns", region: undefined };
}
