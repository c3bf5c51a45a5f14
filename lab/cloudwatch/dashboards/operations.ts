/** PutDashboard, GetDashboard, ListDashboards and DeleteDashboards. The lab draws none. */
import type {
  DashboardValidationMessage,
  DeleteDashboardsInput,
  GetDashboardInput,
  GetDashboardOutput,
  ListDashboardsInput,
  ListDashboardsOutput,
  PutDashboardInput,
  PutDashboardOutput,
} from "@aws-sdk/client-cloudwatch";
import { arn, AwsError } from "../../service.ts";
import { requireTags } from "../alarms/define.ts";
import type { AlarmRoom } from "../alarms/room.ts";
import { pageOf } from "../paging.ts";
import { invalidValue } from "../validation.ts";
import { bodyProblems } from "./body.ts";

export interface Dashboard {
  readonly name: string;
  readonly body: string;
  readonly modified: Date;
  readonly tags: Map<string, string>;
}

const PAGE_SIZE = 1000;
const MOST_NAMES = 100;
/** The lab's own limit: AWS documents none. */
const MOST_DASHBOARDS = 10_000;

/** "All dashboards in your account are global, not region-specific." */
export function dashboardArn(name: string): string {
  return arn("cloudwatch", `dashboard/${name}`, "");
}

/** "If you specify Tags when updating an existing dashboard, the tag updates are ignored." */
export function putDashboard(
  { dashboards, clock }: AlarmRoom,
  input: PutDashboardInput,
): PutDashboardOutput {
  const { DashboardName: name = "", DashboardBody: body = "" } = input;
  if (!isName(name)) throw invalidInput(`The value ${name} for DashboardName is invalid.`, []);
  const { errors, warnings } = bodyProblems(body);
  if (errors.length > 0)
    throw invalidInput(
      `The dashboard body is invalid, there are ${errors.length} validation errors: ` +
        JSON.stringify(errors),
      errors,
    );
  const existing = dashboards.get(name);
  if (!existing && dashboards.size >= MOST_DASHBOARDS)
    throw invalidInput("The quota for dashboards has already been reached.", []);
  const tags = existing?.tags ?? requireTags(input.Tags);
  dashboards.set(name, { name, body, modified: new Date(clock.now()), tags });
  return warnings.length === 0 ? {} : { DashboardValidationMessages: [...warnings] };
}

export function getDashboard(
  { dashboards }: AlarmRoom,
  { DashboardName: name = "" }: GetDashboardInput,
): GetDashboardOutput {
  if (!isName(name)) throw invalidValue(`The value ${name} for DashboardName is invalid.`);
  const dashboard = dashboards.get(name);
  if (!dashboard)
    throw new AwsError("DashboardNotFoundError", `Dashboard ${name} does not exist`, 404);
  return { DashboardArn: dashboardArn(name), DashboardBody: dashboard.body, DashboardName: name };
}

/** `Size` counts the body's bytes; AWS's own count has more in it, and it does not say what. */
export function listDashboards(
  { dashboards }: AlarmRoom,
  { DashboardNamePrefix: prefix, NextToken }: ListDashboardsInput,
): ListDashboardsOutput {
  if (prefix !== undefined && prefix !== "" && !isName(prefix))
    throw invalidValue(`The value ${prefix} for DashboardNamePrefix is invalid.`);
  const found = [...dashboards.values()]
    .filter(({ name }) => name.startsWith(prefix ?? ""))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = pageOf(found, NextToken, PAGE_SIZE, "InvalidParameterValueException");
  return {
    DashboardEntries: page.items.map(({ name, body, modified }) => ({
      DashboardName: name,
      DashboardArn: dashboardArn(name),
      LastModified: modified,
      Size: Buffer.byteLength(body),
    })),
    ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
  };
}

/** Unknown names are no error: of the operation's errors none would name them. */
export function deleteDashboards(
  { dashboards }: AlarmRoom,
  { DashboardNames }: DeleteDashboardsInput,
): void {
  const names = new Set(DashboardNames);
  if (names.size === 0) throw invalidValue("The parameter DashboardNames is required.");
  if (names.size > MOST_NAMES)
    throw invalidValue(`DashboardNames must not have more than ${MOST_NAMES} names.`);
  for (const name of names)
    if (!isName(name)) throw invalidValue(`The value ${name} for DashboardNames is invalid.`);
  for (const name of names) dashboards.delete(name);
}

/** ListDashboards counts the dot among the valid characters, PutDashboard does not. */
function isName(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,255}$/.test(text);
}

function invalidInput(
  message: string,
  dashboardValidationMessages: readonly DashboardValidationMessage[],
): AwsError {
  return new AwsError("DashboardInvalidInputError", message, 400, { dashboardValidationMessages });
}
