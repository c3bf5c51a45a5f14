/**
 * What is wrong with a dashboard's body (CloudWatch user guide, "Dashboard body structure and
 * syntax"): errors, with which it is not stored, and warnings, with which it is. Pure.
 */
import type { DashboardValidationMessage } from "@aws-sdk/client-cloudwatch";

export interface BodyProblems {
  readonly errors: readonly DashboardValidationMessage[];
  readonly warnings: readonly DashboardValidationMessage[];
}

const MOST_WIDGETS = 500;
const GRID_COLUMNS = 24;
const MOST_ROWS = 1000;

/** The member of `properties` that each type of widget cannot do without. */
const REQUIRED: Readonly<Record<string, string | undefined>> = {
  metric: "region",
  text: "markdown",
  alarm: "alarms",
  log: undefined,
  explorer: undefined,
  custom: undefined,
};

export function bodyProblems(body: string): BodyProblems {
  const errors: DashboardValidationMessage[] = [];
  const warnings: DashboardValidationMessage[] = [];
  const fail = (DataPath: string, Message: string): void => void errors.push({ DataPath, Message });
  const parsed = parse(body);
  if (!isObject(parsed)) fail("", "The field DashboardBody must be a valid JSON object");
  else if (!Array.isArray(parsed["widgets"])) fail("", "Should have required property 'widgets'");
  else if (parsed["widgets"].length > MOST_WIDGETS)
    fail("/widgets", `Should NOT have more than ${MOST_WIDGETS} items`);
  else
    for (const [index, widget] of parsed["widgets"].entries()) {
      const path = `/widgets/${index}`;
      if (!isObject(widget)) {
        fail(path, "Should be object");
        continue;
      }
      checkPlace(widget, path, fail);
      const { type, properties } = widget;
      if (typeof type !== "string") fail(path, "Should have required property 'type'");
      if (!isObject(properties)) fail(path, "Should have required property 'properties'");
      if (typeof type !== "string" || !isObject(properties)) continue;
      const needed = Object.hasOwn(REQUIRED, type) ? REQUIRED[type] : undefined;
      if (!Object.hasOwn(REQUIRED, type))
        warnings.push({
          DataPath: `${path}/type`,
          Message: `Should be equal to one of the allowed values: ${Object.keys(REQUIRED).join(", ")}`,
        });
      else if (needed !== undefined && properties[needed] === undefined)
        fail(`${path}/properties`, `Should have required property '${needed}'`);
    }
  return { errors, warnings };
}

/** "x: 0 to 23, y: 0 or more, width: 1 to 24, height: 1 to 1000." */
function checkPlace(
  widget: Readonly<Record<string, unknown>>,
  path: string,
  fail: (path: string, message: string) => void,
): void {
  for (const [member, least, most] of [
    ["x", 0, GRID_COLUMNS - 1],
    ["y", 0, Infinity],
    ["width", 1, GRID_COLUMNS],
    ["height", 1, MOST_ROWS],
  ] as const) {
    const value = widget[member];
    if (value === undefined) continue;
    if (typeof value !== "number" || !Number.isInteger(value))
      fail(`${path}/${member}`, "Should be integer");
    else if (value < least) fail(`${path}/${member}`, `Should be >= ${least}`);
    else if (value > most) fail(`${path}/${member}`, `Should be <= ${most}`);
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
