/** From a signed request to a service's answer: route, credential, permission, operation. */
import { messageOf } from "../../base/errors.ts";
import { ACCOUNT_ID, AwsError, REGION, ROLE_KEY_PREFIX } from "../service.ts";
import { refusedPass } from "../iam/passRole.ts";
import { requestConditions } from "../iam/requestConditions.ts";
import type { LabService, Principal, ServiceName } from "../service.ts";
import type { Found } from "./codec.ts";
import { credentialOf, linkCredential } from "./credential.ts";
import type { Credential } from "./credential.ts";
import {
  accessDenied,
  ConnectionDropped,
  failureOf,
  invalidToken,
  malformed,
  notImplemented,
  unknownService,
  wrongRegion,
} from "./errors.ts";
import type { WireHead, WireResponse } from "./request.ts";
import { routeOf } from "./route.ts";
import type { Route } from "./route.ts";
import { modelOf } from "./schemas.ts";
import type { OperationModel, ServiceModel } from "./schemas.ts";
import { iamActionOf } from "./services.ts";
import type { Protocol } from "./services.ts";

/** What dispatching needs of IAM. */
export interface Authority {
  /** The principal behind an access key id; undefined for keys that IAM did not issue. */
  principalOf(accessKeyId: string): Principal | undefined;
  /**
   * Asked for roles only. `conditions` are the condition keys that the request brings, by lower-case
   * name. `message` is the whole sentence that AWS puts into its error.
   */
  authorize(
    principal: Principal,
    action: string,
    resources: readonly string[],
    conditions?: Readonly<Record<string, readonly string[]>>,
  ): { readonly allowed: true } | { readonly allowed: false; readonly message: string };
}

/** A call that its caller may make, on its way to the operation. */
export interface PermittedCall {
  readonly service: ServiceName;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly principal: Principal;
}

/** What may stand between a permitted call and its operation: faults, for drills. */
export interface Interference {
  /** Returns the call's answer: what `work` gives, another, or an error in its place. */
  around(call: PermittedCall, work: () => Promise<object>): Promise<object>;
}

export interface DispatchOptions {
  readonly services: ReadonlyMap<ServiceName, LabService>;
  readonly iam: Authority;
  readonly interference?: Interference | undefined;
  log(line: string): void;
}

/** Whoever signs with a key that the lab's IAM did not issue. */
const LAB_USER: Principal = { kind: "user", arn: `arn:aws:iam::${ACCOUNT_ID}:user/lab` };

/** "No permissions are required to perform this operation" (STS, GetCallerIdentity). */
const NEEDS_NO_PERMISSION = new Set(["sts:GetCallerIdentity"]);

/**
 * Never throws: whatever goes wrong becomes an error in the caller's own protocol. Undefined when the
 * connection is to be dropped without an answer.
 */
export async function dispatch(
  head: WireHead,
  readBody: () => Promise<Uint8Array>,
  requestId: string,
  options: DispatchOptions,
): Promise<WireResponse | undefined> {
  const credential = credentialOf(head) ?? linkCredential(head);
  const route = routeOf(head, credential);
  let model: ServiceModel | undefined;
  try {
    const principal = principalFor(credential, route.protocol, options.iam);
    if (!route.service) throw unknownService(route.asked);
    const service = options.services.get(route.service);
    if (!service) throw unknownService(route.asked);
    model = await modelOf(route.service);
    const found = route.codec.find(model, { ...head, body: await readBody() });
    const [operation, handler] = handlerOf(service, found);
    const input = inputOf(found, route);
    await permit(principal, service, operation.name, input, route, options.iam);
    const work = async (): Promise<object> => handler(input, { principal, requestId });
    const call = { service: service.name, operation: operation.name, input, principal };
    const output = await (options.interference?.around(call, work) ?? work());
    return route.codec.result(operation, output, requestId);
  } catch (error) {
    if (error instanceof ConnectionDropped) return undefined;
    if (!(error instanceof AwsError)) {
      options.log(`defect while answering ${route.asked}: ${stackOf(error)}`);
    }
    return route.codec.failure(failureOf(error, model), requestId);
  }
}

function principalFor(
  credential: Credential | undefined,
  protocol: Protocol,
  iam: Authority,
): Principal {
  if (!credential) {
    throw new AwsError(
      "MissingAuthenticationToken",
      "Request is missing Authentication Token",
      403,
    );
  }
  // AKIA and ASIA begin the keys that AWS hands out: nobody's real keys belong here.
  if (/^A[KS]IA/.test(credential.accessKeyId)) {
    throw new AwsError(
      "UnrecognizedClientException",
      "The access key id looks like one of a real AWS account, and this is a lab: nothing was " +
        "done. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to any other words, such as test",
      403,
    );
  }
  const { region } = credential;
  if (region !== undefined && region !== REGION) throw wrongRegion(protocol, region);
  const principal = iam.principalOf(credential.accessKeyId);
  // A role's session that has ended must not go on as the user who may do anything.
  if (!principal && credential.accessKeyId.startsWith(ROLE_KEY_PREFIX))
    throw invalidToken(protocol);
  return principal ?? LAB_USER;
}

function handlerOf(
  service: LabService,
  found: Found,
): readonly [OperationModel, LabService["operations"][string]] {
  const { operation } = found;
  const handler = Object.hasOwn(service.operations, found.name)
    ? service.operations[found.name]
    : undefined;
  if (!operation || !handler || operation.streamsEvents) {
    throw notImplemented(service.name, found.name, operation !== undefined);
  }
  return [operation, handler];
}

/** A body nested thousands deep overflows the stack: the caller's fault too. */
function inputOf(found: Found, route: Route): Record<string, unknown> {
  try {
    return found.input();
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw malformed(route.protocol, messageOf(error));
  }
}

/** The operation needs its action on each of its resources, each with its own conditions. */
async function permit(
  principal: Principal,
  service: LabService,
  operation: string,
  input: Record<string, unknown>,
  route: Route,
  iam: Authority,
): Promise<void> {
  const action = iamActionOf(service.name, operation);
  if (principal.kind === "user" || NEEDS_NO_PERMISSION.has(action)) return;
  for (const resource of service.resourcesOf?.(operation, input) ?? ["*"]) {
    const conditions = await requestConditions(service, input, resource, principal);
    const decision = iam.authorize(principal, action, [resource], conditions);
    if (!decision.allowed) throw accessDenied(service.name, route.protocol, decision.message);
  }
  const passed = service.rolesPassed?.(operation, input) ?? [];
  const refused = refusedPass(iam, principal, passed);
  if (refused !== undefined) throw accessDenied(service.name, route.protocol, refused);
}

function stackOf(error: unknown): string {
  return error instanceof Error && error.stack ? error.stack : messageOf(error);
}
