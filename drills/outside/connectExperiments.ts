/**
 * AWS FIS over its REST API (2020-12-01), signed by the SDK's own signer: the calls are five, and JSON.
 */
import { LambdaClient } from "@aws-sdk/client-lambda";
import { HttpRequest } from "@smithy/core/protocols";
import { z } from "zod";
import { environmentError } from "../../base/errors.ts";
import type { Experiment, Experiments } from "./experiments.ts";

const SERVICE = "fis";
const TIMEOUT_MS = 10_000;

const experimentSchema = z.object({
  id: z.string(),
  experimentTemplateId: z.string().default(""),
  state: z
    .object({ status: z.string().default(""), reason: z.string().default("") })
    .default({ status: "", reason: "" }),
  /** Epoch seconds. */
  startTime: z.number().optional(),
  tags: z.record(z.string(), z.string()).default({}),
});
const answerSchema = z.object({ experiment: experimentSchema });
const listSchema = z.object({
  experiments: z.array(experimentSchema).default([]),
  nextToken: z.string().nullish(),
});
const templateSchema = z.object({
  experimentTemplate: z.object({
    targets: z
      .record(
        z.string(),
        z.object({
          resourceType: z.string().default(""),
          resourceArns: z.array(z.string()).default([]),
          resourceTags: z.record(z.string(), z.string()).default({}),
          parameters: z.record(z.string(), z.string()).default({}),
        }),
      )
      .default({}),
  }),
});

/** Whose credentials, region and endpoint these are. */
type Like = Pick<LambdaClient["config"], "credentials" | "region" | "endpoint">;

interface Ask {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly body?: object;
}

export function connectExperiments(like: Like): Experiments {
  // A client of its own: its signer keeps the service that it signed for first.
  const signing = new LambdaClient({ credentials: like.credentials, region: like.region });

  const ask = async ({ method, path, query = {}, body }: Ask): Promise<unknown> => {
    const region = await like.region();
    const at = await like.endpoint?.();
    const hostname = at?.hostname ?? `${SERVICE}.${region}.amazonaws.com`;
    const protocol = at?.protocol ?? "https:";
    const port = at?.port;
    const request = new HttpRequest({
      method,
      protocol,
      hostname,
      ...(port === undefined ? {} : { port }),
      path,
      query,
      headers: {
        host: port === undefined ? hostname : `${hostname}:${port}`,
        "content-type": "application/json",
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const signer = await signing.config.signer({
      name: "sigv4",
      signingName: SERVICE,
      signingRegion: region,
      properties: {},
    });
    const { headers } = await signer.sign(request);
    const url = new URL(`${protocol}//${headers["host"] ?? hostname}${path}`);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    const response = await fetch(url, {
      method,
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as unknown;
    const said = z.object({ message: z.string() }).safeParse(jsonOf(text)).data?.message ?? text;
    throw environmentError(
      response.status === 404 ? "no-such-experiment" : "experiment-refused",
      `AWS FIS answered ${method} ${path} with ${response.status}: ${said}`,
    );
  };

  return {
    async targetsOf(template) {
      const path = `/experimentTemplates/${template}`;
      const { experimentTemplate } = templateSchema.parse(await ask({ method: "GET", path }));
      return Object.entries(experimentTemplate.targets).map(([name, one]) => ({ name, ...one }));
    },

    async start(experimentTemplateId, clientToken, tags) {
      const body = { clientToken, experimentTemplateId, tags };
      const answer = await ask({ method: "POST", path: "/experiments", body });
      return answerSchema.parse(answer).experiment.id;
    },

    async get(id) {
      const answer = await ask({ method: "GET", path: `/experiments/${id}` });
      return viewOf(answerSchema.parse(answer).experiment);
    },

    async stop(id) {
      await ask({ method: "DELETE", path: `/experiments/${id}` });
    },

    async tagged(experimentTemplateId, key, value) {
      const found: Experiment[] = [];
      let nextToken: string | null | undefined;
      do {
        const query = { experimentTemplateId, maxResults: "100", ...(nextToken && { nextToken }) };
        const page = listSchema.parse(await ask({ method: "GET", path: "/experiments", query }));
        found.push(...page.experiments.filter(({ tags }) => tags[key] === value).map(viewOf));
        nextToken = page.nextToken;
      } while (nextToken);
      return found;
    },
  };
}

function viewOf({ id, state, startTime, tags }: z.infer<typeof experimentSchema>): Experiment {
  const startedMs = startTime === undefined ? null : startTime * 1000;
  return { id, status: state.status, reason: state.reason, startedMs, tags };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
