import { describe, expect, test } from "vitest";
import { targetFromEnvironment } from "../../../lab/provider/target.ts";

describe("The provider speaks to a lab on loopback and to nothing else", () => {
  test.each(["http://127.0.0.1:4599", "http://localhost:4599", "http://[::1]:4599"])(
    "%s",
    (endpoint) => {
      const target = targetFromEnvironment({ AWS_ENDPOINT_URL: endpoint });
      expect(target).toMatchObject({ endpoint, region: "us-east-1" });
    },
  );

  test.each([undefined, "", "4599", "https://ecs.us-east-1.amazonaws.com", "http://10.0.0.1:4599"])(
    "not %s",
    (endpoint) => {
      expect(() => targetFromEnvironment({ AWS_ENDPOINT_URL: endpoint })).toThrow(
        /must name a lab on loopback/,
      );
    },
  );
});
