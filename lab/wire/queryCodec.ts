/** awsQuery and ec2Query whole: form in, XML envelope out. */
import type { Codec, Found } from "./codec.ts";
import type { Failure } from "./errors.ts";
import { actionOf, readForm } from "./query.ts";
import type { Dialect } from "./query.ts";
import type { WireRequest, WireResponse } from "./request.ts";
import { kindOf, ShapeKind } from "./schemas.ts";
import type { OperationModel, ServiceModel } from "./schemas.ts";
import { factsOf, Protocol } from "./services.ts";
import type { ServiceFacts } from "./services.ts";
import { element, escapeXml, writeMembers, writeXml } from "./xml.ts";

const HEADERS = { "content-type": "text/xml;charset=UTF-8" };
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

export function queryCodec(facts: ServiceFacts | undefined): Codec {
  const namespace = facts?.xmlNamespace ?? "";
  return {
    find: (model, request) => findAction(model, request, Protocol.Query),
    result: (operation, output, requestId) => {
      const result =
        kindOf(operation.output) === ShapeKind.Unit
          ? ""
          : element(`${operation.name}Result`, writeXml(operation.output, output));
      const metadata = element("ResponseMetadata", element("RequestId", requestId));
      return answer(200, envelope(operation, namespace, result + metadata));
    },
    failure: (failure, requestId) => {
      const type = element("Type", failure.fault === "client" ? "Sender" : "Receiver");
      const error = element("Error", type + codeAndMessage(failure) + otherMembers(failure));
      const inside = error + element("RequestId", requestId);
      return answer(
        failure.status,
        `<ErrorResponse xmlns="${namespace}">${inside}</ErrorResponse>`,
      );
    },
  };
}

export function ec2Codec(facts: ServiceFacts): Codec {
  return {
    find: (model, request) => findAction(model, request, Protocol.Ec2),
    result: (operation, output, requestId) => {
      const inside = element("requestId", requestId) + writeXml(operation.output, output);
      return answer(200, envelope(operation, `${facts.xmlNamespace}/`, inside));
    },
    failure: (failure, requestId) => {
      const errors = element("Errors", element("Error", codeAndMessage(failure)));
      return answer(failure.status, element("Response", errors + element("RequestID", requestId)));
    },
  };
}

function findAction(model: ServiceModel, request: WireRequest, dialect: Dialect): Found {
  const form = formOf(request);
  const name = actionOf(form, factsOf(model.name));
  const operation = model.operations.get(name);
  return {
    name,
    operation,
    input: () => (operation ? readForm(operation.input, form, dialect) : {}),
  };
}

function formOf(request: WireRequest): URLSearchParams {
  if (request.method === "GET") return request.query;
  return new URLSearchParams(new TextDecoder().decode(request.body));
}

function answer(status: number, xml: string): WireResponse {
  return { status, headers: HEADERS, body: DECLARATION + xml };
}

function envelope(operation: OperationModel, namespace: string, inside: string): string {
  return `<${operation.name}Response xmlns="${namespace}">${inside}</${operation.name}Response>`;
}

function codeAndMessage(failure: Failure): string {
  return (
    element("Code", escapeXml(failure.queryCode)) + element("Message", escapeXml(failure.message))
  );
}

function otherMembers(failure: Failure): string {
  if (!failure.shape) return "";
  return writeMembers(
    failure.shape,
    failure.members,
    (name) => !/^(message|code|type)$/i.test(name),
  );
}
