import { expect, test } from "vitest";
import { withAddresses } from "../../../lab/lambda/addresses.ts";

const BALANCERS = [
  {
    dnsName: "shop-1.us-east-1.elb.localhost",
    listeners: [
      { port: 80, url: "http://127.0.0.1:40001" },
      { port: 9000, url: "http://127.0.0.1:9000" },
    ],
  },
];

test.each([
  ["http://shop-1.us-east-1.elb.localhost:80/health?a=b", "http://127.0.0.1:40001/health?a=b"],
  ["http://shop-1.us-east-1.elb.localhost", "http://127.0.0.1:40001"],
  ["http://Shop-1.us-east-1.elb.localhost:9000/", "http://127.0.0.1:9000/"],
  [
    '[{"url":"http://shop-1.us-east-1.elb.localhost/a"},{"url":"http://example.com/"}]',
    '[{"url":"http://127.0.0.1:40001/a"},{"url":"http://example.com/"}]',
  ],
  // No listener there, no such load balancer, no URL: as it was.
  ["http://shop-1.us-east-1.elb.localhost:81/", "http://shop-1.us-east-1.elb.localhost:81/"],
  ["http://other.us-east-1.elb.localhost/", "http://other.us-east-1.elb.localhost/"],
  ["shop-1.us-east-1.elb.localhost", "shop-1.us-east-1.elb.localhost"],
])("%s", (value, expected) => {
  expect(withAddresses({ VALUE: value }, BALANCERS)).toEqual({ VALUE: expected });
});
