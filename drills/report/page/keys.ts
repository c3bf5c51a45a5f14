/** Names of environments and ids within the page: by number, because names may hold anything. */
import type { SummaryModel } from "../summary/model.ts";

/** Every environment of which there is anything to say, sorted. */
export function environmentNames({ coverage, runs, unfinished }: SummaryModel): string[] {
  const names = [...coverage, ...runs, ...unfinished].map(({ environment }) => environment);
  return [...new Set(names)].sort();
}

export function environmentKey(names: readonly string[], environment: string): string {
  return `environment-${names.indexOf(environment) + 1}`;
}

export function seriesKey(index: number): string {
  return `drill-${index + 1}`;
}
