/** The attributes of an HTTP listener. */
import type { AttributeRule } from "./attributes.ts";
import { BOOLEAN } from "./attributes.ts";

const RESPONSE_HEADERS = [
  "strict_transport_security",
  "access_control_allow_origin",
  "access_control_allow_methods",
  "access_control_allow_headers",
  "access_control_allow_credentials",
  "access_control_expose_headers",
  "access_control_max_age",
  "content_security_policy",
  "x_content_type_options",
  "x_frame_options",
];

export const LISTENER_ATTRIBUTES: readonly AttributeRule[] = [
  { key: "routing.http.response.server.enabled", initial: "true", allowed: BOOLEAN },
  // Headers that the load balancer would add or replace: the lab adds none.
  ...RESPONSE_HEADERS.map((name) => ({
    key: `routing.http.response.${name}.header_value`,
    initial: "",
    allowed: /^.*$/,
    supported: /^$/,
  })),
];
