/** What must be said before a real account is touched: all that is wrong at once, and nothing assumed. */
import { describe, expect, test } from "vitest";
import {
  type Live,
  liveArguments,
  liveBar,
  type LiveOptions,
  mayAsk,
  readLive,
  refuseOtherAccount,
} from "../../scripts/live.ts";

const ACCOUNT = "123456789012";
const LIVE: Live = {
  account: ACCOUNT,
  region: "eu-central-1",
  profile: undefined,
  endpoint: undefined,
};

function read(
  options: LiveOptions,
  variables: Readonly<Record<string, string>> = {},
  region: string | undefined = "eu-central-1",
) {
  const found = readLive(options, { variables, region });
  return "problems" in found ? found.problems.map(({ field }) => field) : (found.live ?? null);
}

describe("without --live", () => {
  test("the lab is meant", () => {
    expect(read({})).toBeNull();
  });

  test("nothing else makes a command live", () => {
    const variables = { AWS_REGION: "eu-central-1", AWS_PROFILE: "production" };
    expect(read({}, variables)).toBeNull();
    expect(read({ account: ACCOUNT, region: "eu-central-1", profile: "production" })).toEqual([
      "--account",
      "--region",
      "--profile",
    ]);
  });
});

describe("with --live", () => {
  const live = true;

  test("account and region are enough", () => {
    expect(read({ live, account: ACCOUNT })).toEqual(LIVE);
  });

  test("the region that is typed comes before the one that is found", () => {
    const found = read({ live, account: ACCOUNT, region: "us-gov-west-1", profile: "ops" });
    expect(found).toEqual({ ...LIVE, region: "us-gov-west-1", profile: "ops" });
  });

  test.each([
    [{ live }, {}, "eu-central-1", ["--account"]],
    [{ live, account: "12345678901" }, {}, "eu-central-1", ["--account"]],
    [{ live, account: "12345678901x" }, {}, "eu-central-1", ["--account"]],
    [{ live, account: ACCOUNT }, {}, "", ["--region"]],
    [{ live, account: ACCOUNT, region: "Frankfurt" }, {}, "eu-central-1", ["--region"]],
    [{ live, account: ACCOUNT, profile: " " }, {}, "eu-central-1", ["--profile"]],
    [
      { live, account: ACCOUNT },
      { AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1" },
      "eu-central-1",
      ["AWS_ENDPOINT_URL_DYNAMODB"],
    ],
    [
      { live, account: ACCOUNT },
      { AWS_ENDPOINT_URL: "https://aws.example.com" },
      "eu-central-1",
      ["AWS_ENDPOINT_URL"],
    ],
    [
      { live, account: "1", region: "x", profile: "", endpoint: "http://10.0.0.1:4599" },
      { AWS_ENDPOINT_URL_STS: "http://127.0.0.1:1" },
      "",
      ["--account", "--region", "--profile", "AWS_ENDPOINT_URL_STS", "--endpoint"],
    ],
  ])("%j in %j, region %j: %j", (options, variables, region, fields) => {
    expect(read(options, variables as Record<string, string>, region)).toEqual(fields);
  });

  test("an endpoint on loopback rehearses", () => {
    const variables = { AWS_ENDPOINT_URL: "http://127.0.0.1:4599" };
    expect(read({ live, account: ACCOUNT }, variables)).toEqual({
      ...LIVE,
      endpoint: "http://127.0.0.1:4599",
    });
  });
});

test("another account, or none, is refused with both named", () => {
  const arn = "arn:aws:sts::999999999999:assumed-role/admin/me";
  expect(() => refuseOtherAccount(LIVE, { account: "999999999999", arn })).toThrow(
    /"123456789012".*999999999999 \(arn:aws:sts::999999999999:assumed-role/,
  );
  expect(() => refuseOtherAccount(LIVE, { account: undefined, arn: undefined })).toThrow(/unknown/);
  expect(() => refuseOtherAccount(LIVE, { account: ACCOUNT, arn })).not.toThrow();
});

test("the bar says account, region, whose credentials, and that it is a rehearsal", () => {
  const caller = { account: ACCOUNT, arn: "arn:aws:iam::123456789012:user/me" };
  expect(liveBar(LIVE, caller)).toBe(
    "LIVE account 123456789012, region eu-central-1, as arn:aws:iam::123456789012:user/me",
  );
  const rehearsal = { ...LIVE, profile: "ops", endpoint: "http://127.0.0.1:4599" };
  expect(liveBar(rehearsal, caller)).toMatch(
    /, profile ops, as .*, rehearsed at http:\/\/127\.0\.0\.1:4599 in AWS's place$/,
  );
});

test("another process is told the same, with the region that was found here", () => {
  expect(liveArguments({ ...LIVE, profile: "ops" }).join(" ")).toBe(
    "--live --account 123456789012 --region eu-central-1 --profile ops",
  );
});

test.each([
  ["https:", "sts.eu-central-1.amazonaws.com", undefined, true],
  ["https:", "my-bucket.s3.eu-central-1.amazonaws.com", undefined, true],
  ["https:", "iam.amazonaws.com", undefined, true],
  ["https:", "lambda.cn-north-1.amazonaws.com.cn", undefined, true],
  ["https:", "ecs.eu-central-1.api.aws", undefined, true],
  ["http:", "sts.eu-central-1.amazonaws.com", undefined, false],
  ["https:", "amazonaws.com.example.com", undefined, false],
  ["https:", "notamazonaws.com", undefined, false],
  ["http:", "127.0.0.1", undefined, false],
  ["http:", "127.0.0.1", "http://127.0.0.1:4599", true],
  ["https:", "sts.eu-central-1.amazonaws.com", "http://127.0.0.1:4599", false],
])("%s//%s with the endpoint %j: %j", (protocol, hostname, endpoint, expected) => {
  expect(mayAsk({ protocol, hostname }, endpoint)).toBe(expected);
});
