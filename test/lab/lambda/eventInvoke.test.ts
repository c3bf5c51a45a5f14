/** The configuration of asynchronous invocation: put, updated, read, listed, deleted, refused. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LambdaFixture } from "./fixture.ts";

const TOPIC = "arn:aws:sns:us-east-1:000000000000:lost";
const OTHER = "arn:aws:lambda:us-east-1:000000000000:function:other";
const BUS = "arn:aws:events:us-east-1:000000000000:event-bus/default";
const guard = { FunctionName: "guard" };

let lab: LambdaFixture;
beforeEach(async () => {
  lab = new LambdaFixture();
  for (const allowed of [
    `sns:Publish ${TOPIC}`,
    `lambda:InvokeFunction ${OTHER}`,
    `events:PutEvents ${BUS}`,
  ]) {
    lab.allowed.add(allowed);
  }
  await lab.create("export const handler = () => {};");
});
afterEach(() => lab.stop());

const put = (more: object) => lab.request("PutFunctionEventInvokeConfig", { ...guard, ...more });
const update = (more: object) =>
  lab.request("UpdateFunctionEventInvokeConfig", { ...guard, ...more });
const onFailure = (Destination: string) => ({ DestinationConfig: { OnFailure: { Destination } } });

test("put replaces the whole, update keeps what it leaves out", async () => {
  await put({ MaximumRetryAttempts: 1, ...onFailure(TOPIC) });
  await update({
    MaximumEventAgeInSeconds: 60,
    DestinationConfig: { OnSuccess: { Destination: OTHER } },
  });
  const whole = {
    FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:guard:$LATEST",
    LastModified: new Date("2026-03-14T09:26:53.000Z"),
    MaximumRetryAttempts: 1,
    MaximumEventAgeInSeconds: 60,
    DestinationConfig: { OnSuccess: { Destination: OTHER }, OnFailure: { Destination: TOPIC } },
  };
  expect(await lab.request("GetFunctionEventInvokeConfig", guard)).toEqual(whole);
  expect(await lab.request("ListFunctionEventInvokeConfigs", guard)).toEqual({
    FunctionEventInvokeConfigs: [whole],
  });
  await update(onFailure(""));
  expect(await lab.request("GetFunctionEventInvokeConfig", guard)).toMatchObject({
    DestinationConfig: { OnSuccess: { Destination: OTHER }, OnFailure: {} },
  });
  expect(await put({})).toMatchObject({
    MaximumRetryAttempts: undefined,
    DestinationConfig: { OnSuccess: {}, OnFailure: {} },
  });
  await lab.request("DeleteFunctionEventInvokeConfig", guard);
  expect(await lab.request("ListFunctionEventInvokeConfigs", guard)).toEqual({
    FunctionEventInvokeConfigs: [],
  });
});

test.each(["Update", "Get", "Delete"])("%s finds nothing where nothing was put", async (verb) => {
  await expect(lab.request(`${verb}FunctionEventInvokeConfig`, guard)).rejects.toMatchObject({
    code: "ResourceNotFoundException",
  });
});

describe("refusals", () => {
  test.each([
    [{ MaximumRetryAttempts: 3 }, "InvalidParameterValueException", "between 0 and 2"],
    [{ MaximumEventAgeInSeconds: 59 }, "InvalidParameterValueException", "between 60 and 21600"],
    [
      onFailure("arn:aws:sqs:us-east-1:000000000000:lost"),
      "NotImplemented",
      "an SQS queue as a destination",
    ],
    [onFailure("arn:aws:s3:::lost"), "NotImplemented", "an S3 bucket as a destination"],
    [onFailure(`${OTHER}:live`), "NotImplemented", "a version or an alias as a destination"],
    [onFailure("arn:aws:iam::000000000000:role/x"), "InvalidParameterValueException", "is invalid"],
    [
      onFailure("arn:aws:sns:us-east-1:000000000000:forbidden"),
      "InvalidParameterValueException",
      "does not have permissions to call Publish on arn:aws:sns:us-east-1:000000000000:forbidden",
    ],
  ])("%j: %s", async (more, code, message) => {
    await expect(put(more)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  test("an event bus needs a lab with EventBridge", async () => {
    expect(await put(onFailure(BUS))).toMatchObject({
      DestinationConfig: { OnFailure: { Destination: BUS } },
    });
    const without = new LambdaFixture({ withBus: false });
    await without.create("export const handler = () => {};");
    await expect(
      without.request("PutFunctionEventInvokeConfig", { ...guard, ...onFailure(BUS) }),
    ).rejects.toMatchObject({
      code: "NotImplemented",
      message: expect.stringContaining("an event bus as a destination"),
    });
    await without.stop();
  });
});

const set = (TargetArn: string) =>
  lab.request("UpdateFunctionConfiguration", { ...guard, DeadLetterConfig: { TargetArn } });

describe("a dead-letter queue", () => {
  test("is set, read back and taken away", async () => {
    expect(await set(TOPIC)).toMatchObject({ DeadLetterConfig: { TargetArn: TOPIC } });
    await lab.request("UpdateFunctionConfiguration", { ...guard, Timeout: 5 });
    expect(await lab.request("GetFunctionConfiguration", guard)).toMatchObject({
      DeadLetterConfig: { TargetArn: TOPIC },
    });
    expect(await set("")).not.toHaveProperty("DeadLetterConfig");
  });

  test.each([
    ["arn:aws:sqs:us-east-1:000000000000:lost", "NotImplemented", "an SQS queue"],
    [OTHER, "InvalidParameterValueException", "must be of SQS or SNS"],
    [
      "arn:aws:sns:us-east-1:000000000000:forbidden",
      "InvalidParameterValueException",
      "The provided execution role does not have permissions to call Publish on SNS",
    ],
  ])("%s: %s", async (arn, code, message) => {
    await expect(set(arn)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});
