/** A Lambda on a clock moved by hand, with recorders for neighbours. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Runtime } from "@aws-sdk/client-lambda";
import { ManualClock } from "../../../base/clock.ts";
import { ProcessKeeper } from "../../../lab/keeper.ts";
import { Lambda } from "../../../lab/lambda/lambda.ts";
import type { BusEvent, InvokeOutcome } from "../../../lab/lambda/ports.ts";
import type { MetricPoint } from "../../../lab/ports.ts";
import type { LabCore } from "../../../lab/service.ts";
import { zipOf } from "./zipFile.ts";

export const ROLE = "arn:aws:iam::000000000000:role/guard";
const NOW = Date.parse("2026-03-14T09:26:53.000Z");
const call = {
  principal: { kind: "user", arn: "arn:aws:iam::000000000000:user/lab" },
  requestId: "8f3a2b1c-0000-4000-8000-000000000001",
} as const;

export class LambdaFixture {
  readonly clock: ManualClock;
  readonly lines: { group: string; stream: string; message: string }[] = [];
  readonly points: MetricPoint[] = [];
  readonly notices: string[] = [];
  readonly trusted = new Set([ROLE]);
  /** What roles may do: `sns:Publish arn:…`. */
  readonly allowed = new Set<string>();
  readonly published: { topicArn: string; message: string; attributes: unknown }[] = [];
  readonly busEvents: { busArn: string; event: BusEvent }[] = [];
  /** What topics and buses answer. */
  reception: InvokeOutcome = { ok: true };
  readonly keeper: ProcessKeeper;
  readonly lambda: Lambda;
  #roleName = "";

  /** `patienceWallMs`: how long nominal time stands still for a function that runs. */
  constructor({ withBus = true, patienceWallMs = Infinity } = {}) {
    this.clock = new ManualClock(NOW, { patienceWallMs });
    const directory = mkdtempSync(join(tmpdir(), "lambda-"));
    this.keeper = new ProcessKeeper(directory);
    const core: LabCore = {
      clock: this.clock,
      id: "0123456789ab",
      directory,
      endpoint: "http://127.0.0.1:4599",
      keeper: this.keeper,
      log: (line) => this.notices.push(line),
    };
    this.lambda = new Lambda(core, {
      logs: {
        append: (group, stream, lines) =>
          this.lines.push(...lines.map(({ message }) => ({ group, stream, message }))),
      },
      metrics: { publish: (points) => this.points.push(...points) },
      credentials: {
        issue: (roleArn, sessionName, principal) => {
          if (!this.trusted.has(roleArn)) throw new Error(`no role ${roleArn}`);
          this.#roleName = roleArn.split("/").at(-1) ?? "";
          return {
            accessKeyId: `ASIA-${sessionName}-${principal}`,
            secretAccessKey: "secret",
            sessionToken: "token",
          };
        },
        principalOf: () => ({ kind: "role", arn: ROLE, roleName: this.#roleName }),
        authorize: (_, action, resources) =>
          this.allowed.has(`${action} ${resources.join()}`)
            ? { allowed: true }
            : { allowed: false, message: `not authorized to perform: ${action}` },
      },
      targets: {
        publish: (topicArn, message, attributes) => {
          this.published.push({ topicArn, message, attributes });
          return this.reception;
        },
        ...(withBus && {
          putEvent: (busArn, event) => {
            this.busEvents.push({ busArn, event });
            return this.reception;
          },
        }),
      },
    });
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- answers of many shapes, read by tests.
  async request(operation: string, input: object): Promise<any> {
    return await this.lambda.operations[operation]!(input, call);
  }

  /** A function whose `index.mjs` is `code`. */
  create(code: string, more: object = {}): Promise<unknown> {
    const runtime: Runtime = "nodejs24.x";
    return this.request("CreateFunction", {
      FunctionName: "guard",
      Runtime: runtime,
      Role: ROLE,
      Handler: "index.handler",
      Code: { ZipFile: zipOf({ "index.mjs": code }) },
      ...more,
    });
  }

  /** Invokes `guard` and decodes what came back. */
  async invoke(event?: unknown, more: object = {}) {
    const answer = await this.request("Invoke", {
      FunctionName: "guard",
      ...(event !== undefined && { Payload: Buffer.from(JSON.stringify(event)) }),
      ...more,
    });
    const payload: unknown = answer.Payload && JSON.parse(Buffer.from(answer.Payload).toString());
    return { ...answer, payload };
  }

  /** Lines of all streams that hold `text`. */
  linesWith(text: string): string[] {
    return this.lines.map(({ message }) => message).filter((message) => message.includes(text));
  }

  async stop(): Promise<void> {
    await this.lambda.stop();
    await this.keeper.stop();
  }
}
