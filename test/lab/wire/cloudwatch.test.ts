import { gzipSync } from "node:zlib";
import { cbor, dateToTag } from "@smithy/core/cbor";
import { describe, expect, test } from "vitest";
import { AwsError, ServiceName } from "../../../lab/service.ts";
import { signedAs, startServer } from "./labServer.ts";

// One service, three protocols: aws-sdk-go-v2 (Pulumi) speaks CBOR, the CLI and the JS SDK JSON,
// older boto3 the query protocol. Requests as captured from these clients.
const TIME = new Date("2026-03-14T09:26:53.500Z");

const published = {
  Namespace: "Shop/Checkout",
  MetricData: [
    {
      MetricName: "Latency",
      Dimensions: [{ Name: "slot", Value: "green" }],
      Timestamp: TIME,
      Value: 12.5,
      StorageResolution: 1,
    },
  ],
};

const alarms = {
  MetricAlarms: [{ AlarmName: "a & b", Threshold: 5, StateUpdatedTimestamp: TIME }],
  CompositeAlarms: [],
};

async function cloudWatch() {
  const inputs: unknown[] = [];
  const running = await startServer({
    [ServiceName.CloudWatch]: {
      PutMetricData: (input) => {
        inputs.push(input);
        return {};
      },
      DescribeAlarms: () => alarms,
      GetMetricStatistics: () => ({
        Datapoints: [{ SampleCount: 2, Average: -0.5, Sum: 1e21, ExtendedStatistics: { p99: 3 } }],
      }),
      GetMetricData: () => ({ MetricDataResults: [{ Id: "m1", Values: [1, 2.5] }] }),
      SetAlarmState: () => {
        throw new AwsError("ResourceNotFound", "Unknown alarm");
      },
      DeleteAlarms: () => {
        throw new AwsError("ConcurrentModificationException", "Somebody else");
      },
    },
  });
  return { inputs, endpoint: running.endpoint };
}

function goCall(endpoint: string, operation: string, body: Uint8Array, headers = {}) {
  const path = `/service/GraniteServiceVersion20100801/operation/${operation}`;
  return fetch(endpoint + path, {
    method: "POST",
    headers: {
      "smithy-protocol": "rpc-v2-cbor",
      "content-type": "application/cbor",
      ...signedAs("monitoring"),
      ...headers,
    },
    body: Buffer.from(body),
  });
}

function queryCall(endpoint: string, form: Record<string, string>) {
  return fetch(endpoint, {
    method: "POST",
    headers: signedAs("monitoring"),
    body: new URLSearchParams({ Version: "2010-08-01", ...form }),
  });
}

function jsonCall(endpoint: string, operation: string, body: string, headers = {}) {
  return fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `GraniteServiceVersion20100801.${operation}`,
      "x-amzn-query-mode": "true",
      ...signedAs("monitoring"),
      ...headers,
    },
    body,
  });
}

async function decoded(response: Response): Promise<unknown> {
  return cbor.deserialize(new Uint8Array(await response.arrayBuffer()));
}

describe("rpcv2Cbor", () => {
  test("PutMetricData comes gzipped, as Go always sends it", async () => {
    const { endpoint, inputs } = await cloudWatch();
    const datum = { ...published.MetricData[0], Timestamp: dateToTag(TIME) };
    const body = cbor.serialize({ Namespace: "Shop/Checkout", MetricData: [datum] });
    const response = await goCall(endpoint, "PutMetricData", gzipSync(body), {
      "content-encoding": "gzip",
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("smithy-protocol")).toBe("rpc-v2-cbor");
    expect(inputs).toEqual([published]);
  });

  test("timestamps go out as tag 1, numbers as the smallest that holds them", async () => {
    const { endpoint } = await cloudWatch();
    const response = await goCall(endpoint, "DescribeAlarms", cbor.serialize({}));
    expect(response.headers.get("content-type")).toBe("application/cbor");
    expect(await decoded(response)).toMatchObject({
      CompositeAlarms: [],
      MetricAlarms: [
        {
          AlarmName: "a & b",
          Threshold: 5,
          StateUpdatedTimestamp: { tag: 1, value: TIME.getTime() / 1000 },
        },
      ],
    });
  });

  test("an error has its whole shape id, and the query code in a header", async () => {
    const { endpoint } = await cloudWatch();
    const missing = await goCall(endpoint, "SetAlarmState", cbor.serialize({}));
    expect(missing.status).toBe(404);
    expect(missing.headers.get("x-amzn-query-error")).toBe("ResourceNotFound;Sender");
    expect(await decoded(missing)).toMatchObject({
      __type: "com.amazonaws.cloudwatch#ResourceNotFound",
      message: "Unknown alarm",
    });
  });
});

describe("awsJson1_0", () => {
  test("timestamps are epoch seconds both ways", async () => {
    const { endpoint, inputs } = await cloudWatch();
    const datum = { ...published.MetricData[0], Timestamp: TIME.getTime() / 1000 };
    const body = JSON.stringify({ Namespace: "Shop/Checkout", MetricData: [datum] });
    const response = await jsonCall(endpoint, "PutMetricData", body);
    expect(response.headers.get("content-type")).toBe("application/x-amz-json-1.0");
    expect(inputs).toEqual([published]);
    const described = await jsonCall(endpoint, "DescribeAlarms", "{}");
    expect(await described.json()).toEqual({
      MetricAlarms: [{ ...alarms.MetricAlarms[0], StateUpdatedTimestamp: TIME.getTime() / 1000 }],
      CompositeAlarms: [],
    });
  });

  test("doubles stay doubles, which Python tells from integers", async () => {
    const { endpoint } = await cloudWatch();
    const text = await (await jsonCall(endpoint, "DescribeAlarms", "{}")).text();
    expect(text).toContain('"Threshold":5.0');
    const measured = await (await jsonCall(endpoint, "GetMetricStatistics", "{}")).text();
    expect(measured).toContain(
      '"SampleCount":2.0,"Average":-0.5,"Sum":1e+21,"ExtendedStatistics":{"p99":3.0}',
    );
    const data = await (await jsonCall(endpoint, "GetMetricData", "{}")).text();
    expect(data).toContain('"Values":[1.0,2.5]');
  });

  test("an error has its shape's name, and the query code in a header", async () => {
    const { endpoint } = await cloudWatch();
    const response = await jsonCall(endpoint, "DeleteAlarms", "{}");
    expect(response.status).toBe(429);
    expect(response.headers.get("x-amzn-query-error")).toBe(
      "ConcurrentModificationException;Sender",
    );
    expect(await response.json()).toMatchObject({
      __type: "ConcurrentModificationException",
      message: "Somebody else",
    });
  });
});

describe("awsQuery", () => {
  test("a form spells out lists and structs, timestamps in ISO 8601", async () => {
    const { endpoint, inputs } = await cloudWatch();
    const response = await queryCall(endpoint, {
      Action: "PutMetricData",
      Namespace: "Shop/Checkout",
      "MetricData.member.1.MetricName": "Latency",
      "MetricData.member.1.Dimensions.member.1.Name": "slot",
      "MetricData.member.1.Dimensions.member.1.Value": "green",
      "MetricData.member.1.Timestamp": "2026-03-14T09:26:53.500Z",
      "MetricData.member.1.Value": "12.5",
      "MetricData.member.1.StorageResolution": "1",
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("<PutMetricDataResponse");
    expect(inputs).toEqual([published]);
  });

  test("items come in the order of their numbers, and a gap closes up", async () => {
    const { endpoint, inputs } = await cloudWatch();
    await queryCall(endpoint, {
      Action: "PutMetricData",
      "MetricData.member.10.MetricName": "third",
      "MetricData.member.2.MetricName": "second",
      "MetricData.member.1.MetricName": "first",
    });
    expect(inputs).toEqual([
      { MetricData: ["first", "second", "third"].map((MetricName) => ({ MetricName })) },
    ]);
  });

  test("the answer is XML in an envelope, with the request id", async () => {
    const { endpoint } = await cloudWatch();
    const response = await queryCall(endpoint, { Action: "DescribeAlarms" });
    const id = response.headers.get("x-amzn-requestid");
    expect(await response.text()).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<DescribeAlarmsResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/">' +
        "<DescribeAlarmsResult><CompositeAlarms></CompositeAlarms><MetricAlarms><member>" +
        "<AlarmName>a &#38; b</AlarmName>" +
        "<StateUpdatedTimestamp>2026-03-14T09:26:53.500Z</StateUpdatedTimestamp>" +
        "<Threshold>5</Threshold></member></MetricAlarms></DescribeAlarmsResult>" +
        `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata>` +
        "</DescribeAlarmsResponse>",
    );
  });

  test("an error has the query protocol's code", async () => {
    const { endpoint } = await cloudWatch();
    const response = await queryCall(endpoint, { Action: "SetAlarmState" });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain(
      "<Error><Type>Sender</Type><Code>ResourceNotFound</Code><Message>Unknown alarm</Message>",
    );
  });
});
